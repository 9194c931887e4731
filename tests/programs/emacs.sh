#!/bin/bash
# Emacs without a window: Lisp, buffers, regular expressions, a byte compiler, a process; it
# begins from a dump of its heap, and its collector scans the stack.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs emacs
cat >work.el <<'LISP'
;;; -*- lexical-binding: t -*-
(require 'cl-lib)
(with-temp-buffer
  (dotimes (i 5000) (insert (format "line %d of text %s\n" i (make-string (% i 17) ?x))))
  (goto-char (point-min))
  (let ((count 0))
    (while (re-search-forward "line \\([0-9]*7\\) of" nil t)
      (setq count (1+ count))
      (replace-match "<\\1>"))
    (princ (format "%d %s\n" count (md5 (buffer-string)))))
  (sort-lines nil (point-min) (point-max))
  (princ (format "%s\n" (md5 (buffer-string)))))
(let ((table (make-hash-table :test 'equal)))
  (dotimes (i 20000) (push i (gethash (format "key %d" (% i 977)) table)))
  (princ (format "%d\n" (cl-loop for list being the hash-values of table sum (apply #'+ list)))))
(garbage-collect)
(princ (format "%s\n" (funcall (byte-compile (lambda (n) (cl-loop for i below n sum (* i i)))) 1000)))
(princ (format "%s\n" (condition-case problem (car 7) (wrong-type-argument (car problem)))))
(princ (shell-command-to-string "seq 1 20 | md5sum"))
(require 'json)
(princ (length (json-encode (cl-loop for i below 1000 collect `((id . ,i) (name . ,(format "n%d" i)))))))
(kill-emacs 3)
LISP
same emacs --batch -Q --load work.el
agree

#!/bin/bash
# SBCL, a Lisp: code that it compiles while it runs, a garbage collector that moves and
# protects pages, conditions, alien blocks of malloc.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs sbcl
cat >work.lisp <<'LISP'
(defun table (n)
  (let ((table (make-hash-table :test 'equal)))
    (dotimes (i n table)
      (push i (gethash (format nil "key ~d" (mod i 977)) table)))))
(let ((sum 0))
  (dotimes (turn 5) (maphash (lambda (key list) (incf sum (+ (length key) (reduce #'+ list)))) (table 50000)))
  (format t "~d~%" sum))
(sb-ext:gc :full t)
(format t "~d~%" (funcall (compile nil '(lambda (n) (loop for i below n sum (* i i)))) 1000))
(format t "~a~%" (handler-case (/ 1 0) (division-by-zero () "caught")))
(format t "~a~%" (handler-case (labels ((deep (n) (+ 1 (deep (1+ n))))) (deep 0))
                   (sb-kernel::control-stack-exhausted () "exhausted")))
(let ((sum 0))
  (dotimes (i 1000)
    (let ((block (sb-alien:make-alien sb-alien:int 100)))
      (setf (sb-alien:deref block 7) i)
      (incf sum (sb-alien:deref block 7))
      (sb-alien:free-alien block)))
  (format t "~d~%" sum))
(sb-ext:exit :code 3)
LISP
same sbcl --noinform --no-sysinit --no-userinit --disable-debugger --load work.lisp
agree
made=$("$OUTLIVE" info --format json t.outlive | jq '[.processes[].allocations] | add')
[ "${made:-0}" -ge 1000 ] || complain "$made blocks recorded, 1,000 at least expected"

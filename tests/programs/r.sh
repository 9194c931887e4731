#!/bin/bash
# R: vectors, a linear model, strings, regular expressions, conditions.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs Rscript
cat >work.R <<'R'
set.seed(7)
x <- rnorm(20000); y <- 3 * x + rnorm(20000)
print(round(coef(lm(y ~ x)), 3))
frame <- data.frame(kind = rep(c("a", "b", "c", "d"), 5000), value = round(x, 4))
print(aggregate(value ~ kind, frame, function(v) round(sum(v), 3)))
words <- paste0("word", (1:20000 * 7919) %% 997)
print(head(sort(table(words), decreasing = TRUE), 3))
print(sum(nchar(gsub("([0-9])7", "<\\1>", words))))
print(dim(crossprod(matrix(x, 200))))
print(tryCatch(stop("thrown"), error = function(e) conditionMessage(e)))
print(sum(sapply(lapply(1:2000, function(i) seq_len(i)), sum)))
quit(status = 3)
R
same Rscript --vanilla work.R
agree

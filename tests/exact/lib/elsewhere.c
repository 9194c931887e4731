/* elsewhere.c - a module that is found by whoever knows where it lies. */
int elsewhere;

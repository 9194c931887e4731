/* elsewhere.c - a module that is found by whoever is told where it lies. */
int elsewhere;

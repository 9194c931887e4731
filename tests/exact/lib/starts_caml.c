/* starts_caml.c - a C program that holds OCaml's native code, and exports none of it. */
void caml_startup(char **arguments);

int main(int count, char **arguments)
{
	(void)count;
	caml_startup(arguments);
	return 0;
}

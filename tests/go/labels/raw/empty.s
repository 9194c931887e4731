// empty: the compiler allows functions without a body where there is assembly

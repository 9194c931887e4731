# What liboutlive.so links besides libc: libgcc's unwinder, static, its names hidden. The
# names that the preload exports itself are taken out of its way.
UNWINDER := $(B)/preload/libgcc_eh.a
PRELOAD_LIBS := $(UNWINDER) $(PRELOAD_LIBS) -Wl,--gc-sections

$(UNWINDER): preload/link.mk
	@mkdir -p $(@D)
	$(Q)$(OBJCOPY) --redefine-sym _Unwind_Backtrace=libgcc_Backtrace \
		--redefine-sym _Unwind_RaiseException=libgcc_RaiseException \
		--redefine-sym _Unwind_Resume=libgcc_Resume \
		--redefine-sym _Unwind_GetCFA=libgcc_GetCFA \
		--redefine-sym _Unwind_Resume_or_Rethrow=libgcc_Resume_or_Rethrow \
		$$($(CC) -print-file-name=libgcc_eh.a) $@

# What liboutlive.so links besides libc: libgcc's unwinder, static, its names hidden.
PRELOAD_LIBS += -Wl,--gc-sections

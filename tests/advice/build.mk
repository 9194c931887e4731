# build.mk - build one program out of SOURCES with FLAGS and LIBS, all relative to the current
# directory, so that a copy of the tree builds only what a patch has changed. -O2 -g, as Debian does.
OBJECTS := $(addprefix objects/,$(addsuffix .o,$(SOURCES)))

$(PROGRAM): $(OBJECTS)
	$(LINKER) -O2 -g -o $@ $(OBJECTS) $(LIBS)

objects/%.c.o: %.c
	@mkdir -p $(@D)
	$(CC) -O2 -g -w -MMD $(FLAGS) -c -o $@ $<

objects/%.cpp.o: %.cpp
	@mkdir -p $(@D)
	$(CXX) -O2 -g -w -MMD $(FLAGS) -c -o $@ $<

-include $(OBJECTS:.o=.d)

/* own_plugin.cpp - plugin.cpp again, built with an unwinder of its own. */
#include "plugin.cpp"

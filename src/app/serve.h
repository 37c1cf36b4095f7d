// `parley serve`: runs a node until it is told to end, and reads the configuration anew when it is told to or
// when the file has changed.
#pragma once

#include <string>

namespace parley::app {

// SIGTERM and SIGINT drain, a second one ends at once; SIGHUP reads the configuration anew, and a bad one is
// refused while the old one stays. Returns the exit status. Called by the main thread before any other thread
// exists.
int serve(const std::string& configuration_path);

}  // namespace parley::app

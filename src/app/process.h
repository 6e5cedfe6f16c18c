#pragma once
#include "app/options.h"

namespace app {

// Runs one serving process until SIGINT or SIGTERM; the exit code. Opens and migrates the database,
// wires everything, serves.
int serve(const Options& options);
// Brings the schema up to date; the exit code.
int migrate(const Options& options);
// Creates a platform administrator (or sets the password of an existing one); the password is read
// from standard input.
int create_admin(const Options& options, const std::string& email, const std::string& name);

}  // namespace app

#pragma once
#include "app/operator.h"
#include "app/options.h"

namespace app {

// Runs one serving process until SIGINT or SIGTERM; the exit code. Opens and migrates the database,
// wires everything, serves.
int serve(const Options& options);
// Brings the schema up to date; the exit code.
int migrate(const Options& options);
// One task on people's accounts; the exit code. A password that the order needs and does not have
// is read from standard input (one line, not shown on a terminal).
int admin(const Options& options, AdminOrder order);

}  // namespace app

#pragma once
#include "base/time.h"

struct st_mysql;  // MYSQL

namespace store {

// Waits for a database socket on behalf of what runs a statement.
class SocketWaiter {
 public:
  virtual ~SocketWaiter() = default;
  // False when `limit` passed first.
  virtual bool wait_for_socket(int socket, bool to_read, base::Duration limit) = 0;
};

// Waits on this thread.
bool wait_blocked(int socket, bool to_read, base::Duration limit);

// Who waits on this thread; nullptr: the thread itself, blocked.
SocketWaiter*& socket_waiter();

// From now on the connection asks socket_waiter() instead of blocking the thread. Call once, when
// connected.
void wait_through_waiter(st_mysql* mysql);

}  // namespace store

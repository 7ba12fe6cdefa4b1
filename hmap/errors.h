// What can go wrong in a map, in Go's words.
//
// Errors that a caller can handle are exceptions derived from `hmap::Error` and carry the text of
// Go's panic. Misuse that cannot be survived (Go's "fatal error") goes through the policy's fatal
// handler, which does not return.

#ifndef HMAP_ERRORS_H_
#define HMAP_ERRORS_H_

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace hmap {

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A write to a nil map. Go: panic("assignment to entry in nil map").
class NilMapError : public Error {
 public:
  NilMapError() : Error("assignment to entry in nil map") {}
};

// A key whose dynamic type has no hash; thrown by hashers of variant-like keys.
class UnhashableError : public Error {
 public:
  explicit UnhashableError(const std::string& type)
      : Error("runtime error: hash of unhashable type " + type) {}
};

// A size that no allocation can have.
class LengthError : public Error {
 public:
  using Error::Error;
};

// A layout that no bucket can have.
class LayoutError : public Error {
 public:
  using Error::Error;
};

// Something else wrote to the map, as a checked map notices; see `checked.h`. The map can still be
// destroyed, and nothing else.
class CorruptError : public Error {
 public:
  using Error::Error;
};

// An insert into a chain that has as many buckets as the growth policy allows, all of them full.
// Nothing was inserted and nothing lost.
class ChainLimit : public Error {
 public:
  explicit ChainLimit(std::size_t buckets)
      : Error("hmap: insert: the key's chain is full and may have no more than " +
              std::to_string(buckets) + " buckets") {}
};

// An iterator was advanced after its map had died, or into buckets whose keys could not be kept
// for it (see `Map::begin`).
class StaleIterator : public Error {
 public:
  using Error::Error;
};

// Go's fatal errors about concurrent misuse, and its throws about broken state.
inline constexpr const char* kConcurrentReadAndWrite = "concurrent map read and map write";
inline constexpr const char* kConcurrentWrites = "concurrent map writes";
inline constexpr const char* kConcurrentIterationAndWrite =
    "concurrent map iteration and map write";
inline constexpr const char* kConcurrentCloneAndWrite = "concurrent map clone and map write";
inline constexpr const char* kBadMapState = "bad map state";
inline constexpr const char* kOldOverflowIsNotNil = "oldoverflow is not nil";

// The default fatal handler: prints "fatal error: MESSAGE" and aborts.
struct AbortOnFatal {
  [[noreturn]] static void Fatal(const char* message) {
    std::fprintf(stderr, "fatal error: %s\n", message);
    std::abort();
  }
};

// A fatal handler for tests and harnesses. The map is not to be used after it has thrown.
class FatalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

struct ThrowOnFatal {
  [[noreturn]] static void Fatal(const char* message) { throw FatalError(message); }
};

}  // namespace hmap

#endif  // HMAP_ERRORS_H_

// The text form of a tape, for people and for git.
//
//   mapfuzz tape v1
//   # a comment, here or at the end of any line
//   type: u64
//   hash: lowbits
//
//   put 7
//   fill 0 100
//   begin 0 512
//   next 0
//   end 4
//
// The first line names the version. Header lines come before the operations, in any order; what
// is missing has its default; `layout: 12/4 300/64 16` (size and alignment of keys, of values,
// slots per bucket) and `slots: adaptive` belong to `type: bytes`. One operation a line, with its
// operands in the order of `kOpInfo`; hints are written as they are (-1 to 8192). `end N` closes
// the tape after N operations, so that a text that was cut short is told from a whole one; a plain
// `end` will do in a text written by hand. Parsing takes time linear in the text, and printing a
// tape and parsing it gives it back.
//
// A map that threads share is named by a header, and so are their number and their schedule
// (`schedule.h`). A line begins with the thread that calls the operation; those without one are
// over before the threads begin.
//
//   map: sharded
//   shards: 2
//   threads: 2
//   schedule: random locks seed 17 chance 1/8
//
//   fill 0 8
//   t0: put 8
//   t1: get 8
//   end 3

#ifndef MAPFUZZ_HARNESS_TAPE_TEXT_H_
#define MAPFUZZ_HARNESS_TAPE_TEXT_H_

#include <string>
#include <string_view>

#include "harness/tape.h"
#include "harness/text_error.h"

namespace mapfuzz {

struct TextTape {
  Tape tape;
  // "ORACLE/PROPERTY" that the run must fail with, from an `expect:` line; empty without one.
  std::string expect;
};

// `expect` gets its header line if it is not empty.
std::string ToText(const Tape& tape, std::string_view expect = {});

// One operation, as on its line.
std::string OpText(const Op& op);

// Throws ParseError. `file_name` is what errors call the text.
TextTape ParseTapeText(std::string_view text, std::string_view file_name);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_TAPE_TEXT_H_

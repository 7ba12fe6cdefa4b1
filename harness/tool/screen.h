// Everything the tool says: text on standard output, remarks and the status line on standard
// error, colour where it is wanted.
//
// A reader that goes away (`mapfuzz show FILE | head`) is no error: output is dropped from then
// on. A full disk is one, and is told at the end.

#ifndef MAPFUZZ_HARNESS_TOOL_SCREEN_H_
#define MAPFUZZ_HARNESS_TOOL_SCREEN_H_

#include <string>
#include <string_view>

namespace mapfuzz::tool {

enum class ColorMode { kAuto, kAlways, kNever };

class Screen {
 public:
  // Colour in the automatic mode: standard output is a terminal and NO_COLOR is not set.
  void Configure(ColorMode color, bool quiet);

  bool quiet() const { return quiet_; }

  // On standard output, as it is.
  void Out(std::string_view text);
  // On standard error, with a line end. Left out under --quiet.
  void Remark(std::string_view line);
  // On standard error, always: something is wrong.
  void Complain(std::string_view line);

  // The one line at the bottom of a terminal, replaced each time. Does nothing without one.
  void Status(std::string_view line);
  bool HasStatus() const { return status_; }

  std::string Good(std::string_view text) const { return Paint("32", text); }
  std::string Bad(std::string_view text) const { return Paint("1;31", text); }
  std::string Strong(std::string_view text) const { return Paint("1", text); }

  // Standard output's last word: false if something could not be written.
  bool Flush();

 private:
  std::string Paint(std::string_view code, std::string_view text) const;
  void ClearStatus();

  bool color_ = false;
  bool quiet_ = false;
  bool status_ = false;        // there is a terminal for a status line
  bool status_shown_ = false;  // one is on it
  bool gone_ = false;          // the reader of standard output went away
  bool failed_ = false;
};

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_SCREEN_H_

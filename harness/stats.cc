#include "harness/stats.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <new>
#include <stdexcept>

namespace mapfuzz {
namespace {

StatsPage* g_mapped = nullptr;

[[noreturn]] void Complain(const std::string& file, const std::string& what) {
  throw std::runtime_error("stats page " + file + ": " + what);
}

}  // namespace

void Count(const RunResult& result, StatsPage& page) {
  ++page.executions;
  page.operations += result.steps;
  page.skipped += result.skipped;
  page.points += result.points;
  if (result.failure) ++page.findings;
  for (int i = 0; i < kOracles; ++i) page.consulted[i] += result.consulted[i];
  for (int i = 0; i < kMilestones; ++i) page.milestones[i] += result.milestones[i];
  ++page.largest[std::min<std::uint64_t>(result.largest, kLargestBins - 1)];
}

std::uint64_t LargestPercentile(const StatsPage& page, double percent) {
  std::uint64_t tapes = 0;
  for (const std::uint64_t n : page.largest) tapes += n;
  const double wanted = static_cast<double>(tapes) * percent / 100;
  double seen = 0;
  for (std::size_t size = 0; size < kLargestBins; ++size) {
    seen += static_cast<double>(page.largest[size]);
    if (seen >= wanted && seen > 0) return size;
  }
  return 0;
}

StatsPage& MapStatsPage(const std::string& file) {
  const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) Complain(file, std::strerror(errno));
  if (ftruncate(fd, sizeof(StatsPage)) != 0) {
    const int error = errno;
    close(fd);
    Complain(file, std::strerror(error));
  }
  void* memory = mmap(nullptr, sizeof(StatsPage), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  const int error = errno;
  close(fd);
  if (memory == MAP_FAILED) Complain(file, std::strerror(error));
  const StatsPage before = TheStatsPage();
  g_mapped = new (memory) StatsPage(before);
  return *g_mapped;
}

StatsPage& TheStatsPage() {
  static StatsPage page;
  return g_mapped != nullptr ? *g_mapped : page;
}

StatsPage ReadStatsPage(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) Complain(file, "cannot be read");
  StatsPage page;
  in.read(reinterpret_cast<char*>(&page), sizeof(page));
  if (in.gcount() != static_cast<std::streamsize>(sizeof(page))) Complain(file, "is cut short");
  if (page.magic != kStatsMagic) Complain(file, "is no stats page");
  if (page.version != kStatsVersion) Complain(file, "is of another version");
  return page;
}

}  // namespace mapfuzz

#include "harness/schedule/stack_switch.h"

#include <cstdint>
#include <cstring>

#if defined(__x86_64__)

// System V ABI: rbx, rbp, r12 to r15, and the control words of SSE and x87.
asm(R"(
.text
.p2align 4
.globl mapfuzz_switch_stack
.type mapfuzz_switch_stack, @function
mapfuzz_switch_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  subq $8, %rsp
  stmxcsr (%rsp)
  fnstcw 4(%rsp)
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  ldmxcsr (%rsp)
  fldcw 4(%rsp)
  addq $8, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size mapfuzz_switch_stack, .-mapfuzz_switch_stack
)");

#elif defined(__aarch64__)

// AAPCS64: x19 to x30 and d8 to d15.
asm(R"(
.text
.p2align 4
.globl mapfuzz_switch_stack
.type mapfuzz_switch_stack, %function
mapfuzz_switch_stack:
  sub sp, sp, #160
  stp x19, x20, [sp, #0]
  stp x21, x22, [sp, #16]
  stp x23, x24, [sp, #32]
  stp x25, x26, [sp, #48]
  stp x27, x28, [sp, #64]
  stp x29, x30, [sp, #80]
  stp d8, d9, [sp, #96]
  stp d10, d11, [sp, #112]
  stp d12, d13, [sp, #128]
  stp d14, d15, [sp, #144]
  mov x9, sp
  str x9, [x0]
  mov sp, x1
  ldp x19, x20, [sp, #0]
  ldp x21, x22, [sp, #16]
  ldp x23, x24, [sp, #32]
  ldp x25, x26, [sp, #48]
  ldp x27, x28, [sp, #64]
  ldp x29, x30, [sp, #80]
  ldp d8, d9, [sp, #96]
  ldp d10, d11, [sp, #112]
  ldp d12, d13, [sp, #128]
  ldp d14, d15, [sp, #144]
  add sp, sp, #160
  ret
.size mapfuzz_switch_stack, .-mapfuzz_switch_stack
)");

#else

extern "C" void mapfuzz_switch_stack(void**, void*) { __builtin_trap(); }  // see `kHasFibers`

#endif

namespace mapfuzz {

#if defined(__x86_64__)

void* NewStack(void* top, void (*entry)()) {
  // From the stack pointer up: control words, six registers, the address to go to, and a null where
  // `entry` expects the address that it was called from, 8 bytes below what is aligned to 16.
  constexpr std::size_t kWords = 9;
  auto* const words = static_cast<std::uint64_t*>(top) - kWords;
  std::memset(words, 0, kWords * sizeof(*words));
  std::uint32_t sse = 0;
  std::uint16_t x87 = 0;
  asm("stmxcsr %0\n\tfnstcw %1" : "=m"(sse), "=m"(x87));
  words[0] = sse | std::uint64_t{x87} << 32;
  words[7] = reinterpret_cast<std::uint64_t>(entry);
  return words;
}

#elif defined(__aarch64__)

void* NewStack(void* top, void (*entry)()) {
  constexpr std::size_t kWords = 20;
  auto* const words = static_cast<std::uint64_t*>(top) - kWords;
  std::memset(words, 0, kWords * sizeof(*words));
  words[11] = reinterpret_cast<std::uint64_t>(entry);  // x30, which `ret` goes to
  return words;
}

#else

void* NewStack(void*, void (*)()) { __builtin_trap(); }  // see `kHasFibers`

#endif

}  // namespace mapfuzz

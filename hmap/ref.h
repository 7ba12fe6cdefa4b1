// A counted reference to a core or a generation, or to nothing.

#ifndef HMAP_REF_H_
#define HMAP_REF_H_

#include <atomic>
#include <cstdint>
#include <utility>

namespace hmap {

// T counts its references with `Ref` and `Unref`.
template <class T>
class Ref {
 public:
  Ref() = default;
  explicit Ref(T* target) : target_(target) {
    if (target_ != nullptr) target_->Ref();
  }
  Ref(const Ref& other) : Ref(other.target_) {}
  Ref(Ref&& other) noexcept : target_(std::exchange(other.target_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(target_, other.target_);
    return *this;
  }
  ~Ref() {
    if (target_ != nullptr) target_->Unref();
  }

  T* get() const { return target_; }
  T* operator->() const { return target_; }

 private:
  T* target_ = nullptr;
};

// The base of a T that is made by `new`, not referred to yet, and dies with its last reference.
template <class T>
class Counted {
 public:
  void Ref() { references_.fetch_add(1, std::memory_order_relaxed); }
  void Unref() {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete static_cast<T*>(this);
  }

 private:
  std::atomic<std::uint32_t> references_{0};
};

}  // namespace hmap

#endif  // HMAP_REF_H_

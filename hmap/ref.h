// A counted reference to a core or a generation, or to nothing.

#ifndef HMAP_REF_H_
#define HMAP_REF_H_

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

}  // namespace hmap

#endif  // HMAP_REF_H_

// Bits into bytes and back, lowest bit first. Reading past the end gives zeros; the caller knows how much it
// wrote.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace incident::telemetry {

class BitWriter {
 public:
  explicit BitWriter(std::vector<std::uint8_t>& out) : out_(out) {}

  void write(std::uint64_t value, int bits) {  // bits <= 64
    if (bits > 32) {
      write_part(value & 0xffffffffU, 32);
      write_part(value >> 32, bits - 32);
    } else {
      write_part(value, bits);
    }
  }
  void ones(int count) {
    for (; count > 32; count -= 32) write_part(0xffffffffU, 32);
    write_part((std::uint64_t{1} << count) - 1, count);
  }
  void finish() {
    while (held_ > 0) {
      out_.push_back(static_cast<std::uint8_t>(buffer_));
      buffer_ >>= 8;
      held_ -= 8;
    }
    held_ = 0;
  }

 private:
  void write_part(std::uint64_t value, int bits) {
    buffer_ |= (value & ((std::uint64_t{1} << bits) - 1)) << held_;
    for (held_ += bits; held_ >= 8; held_ -= 8) {
      out_.push_back(static_cast<std::uint8_t>(buffer_));
      buffer_ >>= 8;
    }
  }

  std::vector<std::uint8_t>& out_;
  std::uint64_t buffer_ = 0;
  int held_ = 0;
};

class BitReader {
 public:
  explicit BitReader(std::span<const std::uint8_t> bytes)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  std::uint64_t read(int bits) {  // bits <= 64
    if (bits > 32) {
      const std::uint64_t low = read_part(32);
      return low | (read_part(bits - 32) << 32);
    }
    return read_part(bits);
  }
  // How many ones come before the next zero, which is taken too; at most `most` (then no zero is taken),
  // which is no more than 32.
  int ones(int most) {
    if (held_ <= most) fill();
    const int count = std::countr_one(buffer_);
    if (count >= most) {
      drop(most);
      return most;
    }
    drop(count + 1);
    return count;
  }

 private:
  std::uint64_t read_part(int bits) {
    if (held_ < bits) fill();
    const std::uint64_t value = buffer_ & ((std::uint64_t{1} << bits) - 1);
    drop(bits);
    return value;
  }
  void drop(int bits) {
    buffer_ >>= bits;
    held_ -= bits;
  }
  // More than 32 bits, zeros where there are no bytes left.
  void fill() {
    if (std::endian::native == std::endian::little && end_ - at_ >= 8) {
      std::uint64_t next = 0;
      std::memcpy(&next, at_, sizeof next);
      buffer_ |= next << held_;
      at_ += (63 - held_) / 8;
      held_ |= 56;
      return;
    }
    for (; held_ <= 56; held_ += 8) {
      const std::uint64_t next = at_ != end_ ? *at_++ : 0;
      buffer_ |= next << held_;
    }
  }

  const std::uint8_t* at_;
  const std::uint8_t* end_;
  std::uint64_t buffer_ = 0;  // bits above `held_` may be those that come next, and are read again
  int held_ = 0;
};

// LEB128, and the mapping of small negative numbers to small positive ones.
inline void put_varint(std::vector<std::uint8_t>& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
  out.push_back(static_cast<std::uint8_t>(value));
}
inline std::uint64_t get_varint(const std::uint8_t*& at, const std::uint8_t* end) {
  std::uint64_t value = 0;
  for (int shift = 0; at != end && shift < 64; shift += 7) {
    const std::uint8_t byte = *at++;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) break;
  }
  return value;
}
constexpr std::uint64_t zigzag(std::uint64_t difference) {
  return (difference << 1) ^ (0 - (difference >> 63));
}
constexpr std::uint64_t unzigzag(std::uint64_t value) {
  return (value >> 1) ^ (0 - (value & 1));
}

}  // namespace incident::telemetry

#include "telemetry/column.h"

#include <algorithm>
#include <cassert>

#include "telemetry/bit_stream.h"
#include "telemetry/limits.h"

namespace incident::telemetry {
namespace {

enum Mode : std::uint8_t { kConstant, kGrowing, kSigned, kXor };

constexpr int kQuotientMax = 20;  // longer ones are written as 64 plain bits

struct Rice {
  Mode mode = kConstant;
  int parameter = 0;
  std::size_t bits = 0;
};

std::uint64_t difference(std::span<const std::int64_t> values, std::size_t i) {
  return static_cast<std::uint64_t>(values[i]) - static_cast<std::uint64_t>(values[i - 1]);
}

Rice plan(std::span<const std::int64_t> values) {
  Rice rice;
  bool falls = false, changes = false;
  for (std::size_t i = 1; i < values.size(); ++i) {
    changes |= values[i] != values[i - 1];
    falls |= values[i] < values[i - 1];
  }
  if (!changes) return rice;
  rice.mode = falls ? kSigned : kGrowing;
  std::uint64_t sum = 0;  // halved values: cannot overflow for a block's worth
  for (std::size_t i = 1; i < values.size(); ++i) {
    const std::uint64_t d = difference(values, i);
    sum += (falls ? zigzag(d) : d) / 32;
  }
  const std::uint64_t mean = sum / (values.size() - 1);  // in units of 32
  rice.parameter = mean == 0 ? 0 : std::min(63, static_cast<int>(std::bit_width(mean)) + 4);
  const auto cost = [&](int parameter) {
    std::size_t bits = 0;
    for (std::size_t i = 1; i < values.size(); ++i) {
      const std::uint64_t d = falls ? zigzag(difference(values, i)) : difference(values, i);
      const std::uint64_t quotient = d >> parameter;
      bits += quotient >= kQuotientMax
                  ? kQuotientMax + 64
                  : static_cast<std::size_t>(quotient) + 1 + static_cast<std::size_t>(parameter);
    }
    return bits;
  };
  rice.bits = cost(rice.parameter);
  const int first = std::max(0, rice.parameter - 1), last = rice.parameter == 0 ? 5 : rice.parameter;
  for (int parameter = first; parameter <= last; ++parameter) {
    const std::size_t bits = cost(parameter);
    if (bits < rice.bits) rice.bits = bits, rice.parameter = parameter;
  }
  return rice;
}

// Gorilla's value stream, without its reuse of the window: columns are short.
template <class Write>
void xor_stream(std::span<const std::int64_t> values, Write&& write) {
  for (std::size_t i = 1; i < values.size(); ++i) {
    const std::uint64_t x = static_cast<std::uint64_t>(values[i]) ^ static_cast<std::uint64_t>(values[i - 1]);
    if (x == 0) {
      write(0, 1);
      continue;
    }
    const int leading = std::countl_zero(x), trailing = std::countr_zero(x);
    const int width = 64 - leading - trailing;
    write(1, 1);
    write(static_cast<std::uint64_t>(leading), 6);
    write(static_cast<std::uint64_t>(width - 1), 6);
    write(x >> trailing, width);
  }
}

}  // namespace

void encode_column(std::span<const std::int64_t> values, std::vector<std::uint8_t>& out) {
  assert(!values.empty() && values.size() <= limits::kScrapesPerBlock);
  const Rice rice = plan(values);
  if (rice.mode == kConstant && values[0] == 0) return;
  Mode mode = rice.mode;
  if (mode != kConstant && rice.parameter > 30) {
    std::size_t bits = 0;
    xor_stream(values, [&](std::uint64_t, int width) { bits += static_cast<std::size_t>(width); });
    if (bits < rice.bits) mode = kXor;
  }
  out.push_back(static_cast<std::uint8_t>((mode << 6) | (mode == kXor ? 0 : rice.parameter)));
  put_varint(out, zigzag(static_cast<std::uint64_t>(values[0])));
  if (mode == kConstant) return;
  BitWriter writer(out);
  if (mode == kXor) {
    xor_stream(values, [&](std::uint64_t value, int width) { writer.write(value, width); });
  } else {
    for (std::size_t i = 1; i < values.size(); ++i) {
      const std::uint64_t d = mode == kSigned ? zigzag(difference(values, i)) : difference(values, i);
      const std::uint64_t quotient = d >> rice.parameter;
      if (quotient >= kQuotientMax) {
        writer.ones(kQuotientMax);
        writer.write(d, 64);
      } else {
        writer.ones(static_cast<int>(quotient));
        writer.write(0, 1);
        writer.write(d, rice.parameter);
      }
    }
  }
  writer.finish();
}

namespace {

// Differences, each added to the value before. Signed ones are zigzagged.
template <bool is_signed>
void add_rice(BitReader reader, int parameter, std::uint64_t value, std::span<std::int64_t> values) {
  for (std::int64_t& target : values) {
    const int quotient = reader.ones(kQuotientMax);
    const std::uint64_t d = quotient == kQuotientMax ? reader.read(64)
                                                     : (static_cast<std::uint64_t>(quotient) << parameter) |
                                                           reader.read(parameter);
    value += is_signed ? unzigzag(d) : d;
    target = static_cast<std::int64_t>(static_cast<std::uint64_t>(target) + value);
  }
}

void add_xor(BitReader reader, std::uint64_t value, std::span<std::int64_t> values) {
  for (std::int64_t& target : values) {
    if (reader.read(1) != 0) {
      const int leading = static_cast<int>(reader.read(6));
      const int width = static_cast<int>(reader.read(6)) + 1;
      value ^= reader.read(width) << (64 - leading - width);
    }
    target = static_cast<std::int64_t>(static_cast<std::uint64_t>(target) + value);
  }
}

}  // namespace

void add_decoded_column(std::span<const std::uint8_t> bytes, std::span<std::int64_t> values) {
  if (bytes.empty()) return;
  const auto mode = static_cast<Mode>(bytes[0] >> 6);
  const int parameter = bytes[0] & 63;
  const std::uint8_t* at = bytes.data() + 1;
  const std::uint64_t first = unzigzag(get_varint(at, bytes.data() + bytes.size()));
  const BitReader reader(bytes.subspan(static_cast<std::size_t>(at - bytes.data())));
  const auto add_first = [first](std::int64_t& target) {
    target = static_cast<std::int64_t>(static_cast<std::uint64_t>(target) + first);
  };
  add_first(values[0]);
  const std::span<std::int64_t> rest = values.subspan(1);
  switch (mode) {
    case kConstant:
      std::for_each(rest.begin(), rest.end(), add_first);
      return;
    case kGrowing:
      return add_rice<false>(reader, parameter, first, rest);
    case kSigned:
      return add_rice<true>(reader, parameter, first, rest);
    case kXor:
      return add_xor(reader, first, rest);
  }
}

}  // namespace incident::telemetry

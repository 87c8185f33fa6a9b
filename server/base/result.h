// What a user can cause is returned, not thrown: Result<T> holds a T or an Error that says what, where, and
// what would be right. What only a programmer can cause is an assertion.
#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>
#include <utility>

namespace incident {

// The closed list of error codes that leave the server; names follow gRPC's canonical codes where one fits.
enum class ErrorCode {
  kInvalidArgument,  // the request is malformed or out of range
  kNotFound,
  kAlreadyExists,
  kFailedPrecondition,  // not in this state
  kPermissionDenied,
  kUnauthenticated,
  kResourceExhausted,  // a named limit was passed
  kUnavailable,        // try again later
  kInternal,
};

constexpr const char* to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return "invalid_argument";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kAlreadyExists:
      return "already_exists";
    case ErrorCode::kFailedPrecondition:
      return "failed_precondition";
    case ErrorCode::kPermissionDenied:
      return "permission_denied";
    case ErrorCode::kUnauthenticated:
      return "unauthenticated";
    case ErrorCode::kResourceExhausted:
      return "resource_exhausted";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kInternal:
      return "internal";
  }
  return "internal";
}

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  // one plain sentence for a person: what is wrong and what would be right
  std::string at;       // where: a field path, "file:line", a column; empty when it is the whole
};

[[noreturn]] inline void throw_exception_from_error(const Error& e, const boost::source_location&) {
  throw std::runtime_error(e.at.empty() ? e.message : e.at + ": " + e.message);
}

template <class T>
using Result = boost::system::result<T, Error>;

inline Error invalid(std::string message, std::string at = {}) {
  return {ErrorCode::kInvalidArgument, std::move(message), std::move(at)};
}
inline Error not_found(std::string message, std::string at = {}) {
  return {ErrorCode::kNotFound, std::move(message), std::move(at)};
}

}  // namespace incident

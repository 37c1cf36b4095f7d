// The words that the API uses for the enumerations.
#include <utility>

#include "model/message.h"
#include "model/turn.h"

namespace parley::model {

std::string_view name(Role role) {
  switch (role) {
    case Role::kSystem:
      return "SYSTEM";
    case Role::kUser:
      return "USER";
    case Role::kAssistant:
      return "ASSISTANT";
  }
  std::unreachable();
}

std::string_view name(MessageStatus status) {
  switch (status) {
    case MessageStatus::kComplete:
      return "COMPLETE";
    case MessageStatus::kStreaming:
      return "STREAMING";
    case MessageStatus::kCancelled:
      return "CANCELLED";
    case MessageStatus::kInterrupted:
      return "INTERRUPTED";
    case MessageStatus::kFailed:
      return "FAILED";
  }
  std::unreachable();
}

std::string_view name(AnswerSource source) {
  switch (source) {
    case AnswerSource::kProvider:
      return "PROVIDER";
    case AnswerSource::kCacheExact:
      return "CACHE_EXACT";
    case AnswerSource::kCacheSemantic:
      return "CACHE_SEMANTIC";
    case AnswerSource::kFallback:
      return "FALLBACK";
  }
  std::unreachable();
}

std::string_view name(TurnEventKind kind) {
  switch (kind) {
    case TurnEventKind::kStarted:
      return "STARTED";
    case TurnEventKind::kDelta:
      return "DELTA";
    case TurnEventKind::kRestarted:
      return "RESTARTED";
    case TurnEventKind::kComplete:
      return "COMPLETE";
    case TurnEventKind::kCancelled:
      return "CANCELLED";
    case TurnEventKind::kInterrupted:
      return "INTERRUPTED";
    case TurnEventKind::kFailed:
      return "FAILED";
    case TurnEventKind::kQueued:
      return "QUEUED";
  }
  std::unreachable();
}

TurnEventKind final_event(MessageStatus status) {
  switch (status) {
    case MessageStatus::kComplete:
      return TurnEventKind::kComplete;
    case MessageStatus::kCancelled:
      return TurnEventKind::kCancelled;
    case MessageStatus::kFailed:
      return TurnEventKind::kFailed;
    case MessageStatus::kInterrupted:
    case MessageStatus::kStreaming:
      // A turn that still streams ends, if it ends now, by being interrupted.
      return TurnEventKind::kInterrupted;
  }
  std::unreachable();
}

}  // namespace parley::model

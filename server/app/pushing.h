// What the settings say about pushing running matches to a collector.
#pragma once

#include <optional>

#include "api/pushes.h"
#include "app/config.h"
#include "base/result.h"
#include "push/exporter.h"

namespace incident::app {

struct Pushing {
  push::ExporterOptions exporter;
  api::PushSettings settings;
};
// Nothing when the settings name no collector. Errors name the setting.
Result<std::optional<Pushing>> pushing_of(const ServeConfig::Otlp& otlp);

}  // namespace incident::app

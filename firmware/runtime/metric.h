/*
 * Figures that a program has found out itself, for the tool: they appear under "metrics" in the JSON of the
 * run and in comparisons. An empty function; on hardware it costs a call.
 */
#ifndef OCTOBAR_RUNTIME_METRIC_H
#define OCTOBAR_RUNTIME_METRIC_H

#include <stdint.h>

/* Value / 10^decimals of `name` in `unit`; a later call with the same name replaces the value. */
void octobar_metric(const char *name, const char *unit, int32_t value, uint32_t decimals);

#endif

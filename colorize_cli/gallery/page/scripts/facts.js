"use strict";

/** What is known of each photo, in words, in this order. */
const FACT_LABELS = {
  model_name: "Model",
  model: "Weights",
  seed: "Seed",
  samples: "Samples",
  steps: "Steps",
  sampler: "Sampler",
  pick: "Pick",
  settings: "Settings",
  seconds: "Seconds",
  time: "Made",
  tool: "colorize",
};

/** Fill a <dl> with what is known of a photo and of the variant shown. */
function showFacts(list, photo, variant) {
  list.replaceChildren();
  const add = (label, value) => {
    if (value === null || value === undefined || value === "") return;
    list.append(element("dt", "", label), element("dd", "", readable(String(value))));
  };
  add("Status", photo.status);
  add("Reason", photo.reason);
  add("Source", photo.source);
  add("File", variant?.path);
  add("Spread", photo.diversity === null ? "" : `${photo.diversity.toFixed(2)} Lab units`);
  // The facts are those of the photo's last run; others have made pictures without a seed.
  const known = variant && variant.seed === null ? {} : { ...photo.facts };
  if (variant && variant.seed !== null) known.seed = variant.seed;
  for (const [key, label] of Object.entries(FACT_LABELS)) add(label, known[key]);
}


/** Share of the answers that fell on the picture no camera took; null without answers. */
function foolRate(trials) {
  if (!trials.length) return null;
  return trials.filter((trial) => trial.answer !== trial.real).length / trials.length;
}

/** The middle 95 % of the fool rate's bootstrap distribution, photos drawn anew. */
function foolInterval(trials, chance, resamples = 10000) {
  if (!trials.length) return null;
  const fooled = trials.map((trial) => Number(trial.answer !== trial.real));
  const rates = new Float64Array(resamples);
  for (let sample = 0; sample < resamples; sample++) {
    let count = 0;
    for (let draw = 0; draw < fooled.length; draw++) {
      count += fooled[Math.floor(chance() * fooled.length)];
    }
    rates[sample] = count / fooled.length;
  }
  rates.sort();
  const at = (share) => rates[Math.round(share * (resamples - 1))];
  return [at(0.025), at(0.975)];
}

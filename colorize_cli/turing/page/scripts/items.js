
/**
 * The questions for one person: practice first, then trials and checks mixed.
 *
 * Seed and name decide order and sides, so that people differ and a result can be
 * checked.
 */
function questionsFor(test, participant) {
  const chance = chanceFrom(`${test.seed} ${test.test} ${participant}`);
  const [practice, counted] = [[], []];
  for (const item of test.items) (item.phase === "practice" ? practice : counted).push(item);
  return [...shuffled(practice, chance), ...shuffled(counted, chance)].map((item) => {
    const isSwapped = chance() < 0.5;
    const realIndex = item.key ^ (fnv1a(item.token) & 1);
    const [left, right] = isSwapped ? [1, 0] : [0, 1];
    return {
      photo: item.photo,
      phase: item.phase,
      left: item.pictures[left],
      right: item.pictures[right],
      real: left === realIndex ? "left" : "right",
    };
  });
}


/** One person's run through the test. */
class Session {
  constructor(test, participant) {
    this.test = test;
    this.participant = participant;
    this.questions = questionsFor(test, participant);
    this.trials = [];
    this.started = new Date().toISOString();
  }

  /** What is asked now; undefined at the end. */
  get question() {
    return this.questions[this.trials.length];
  }

  /** Keep an answer; returns whether it was right. */
  answer(side, milliseconds) {
    const { photo, phase, real } = this.question;
    this.trials.push({ photo, phase, real, answer: side, ms: Math.round(milliseconds) });
    return side === real;
  }

  /** What `colorize turing-test --score` reads. */
  result() {
    const ofPhase = (phase) => this.trials.filter((trial) => trial.phase === phase);
    const checks = ofPhase("check");
    const chance = chanceFrom(`bootstrap ${this.test.seed} ${this.participant}`);
    return {
      kind: "colorize-turing-result",
      version: 1,
      test: this.test.test,
      participant: this.participant,
      seed: this.test.seed,
      display_s: this.test.display_s,
      size_px: this.test.size_px,
      started: this.started,
      finished: new Date().toISOString(),
      fool_rate: foolRate(ofPhase("test")),
      interval: foolInterval(ofPhase("test"), chance),
      checks: {
        passed: checks.filter((trial) => trial.answer === trial.real).length,
        total: checks.length,
      },
      trials: this.trials,
    };
  }
}


/** What is on the screen: one section at a time. */
class Screens {
  #pictures = [];

  find(id) {
    return document.getElementById(id);
  }

  /** Show a section, with the focus on what the keyboard needs next. */
  show(id) {
    for (const section of document.querySelectorAll("section")) section.hidden = section.id !== id;
    // Not on an answer: Enter, held a moment too long, would give it.
    const pair = this.find("pair");
    (id === "trial" ? pair : this.find(id).querySelector("button")).focus();
  }

  /** Load a pair; resolves when both pictures can be shown at once. */
  async load(question) {
    const pair = this.find("pair");
    pair.classList.add("is-over");
    this.#pictures = ["left", "right"].map((side) => {
      const image = this.find(side);
      image.classList.remove("is-real");
      image.src = question[side];
      return image;
    });
    await Promise.all(this.#pictures.map((image) => image.decode()));
  }

  reveal() {
    this.find("pair").classList.remove("is-over");
  }

  cover() {
    this.find("pair").classList.add("is-over");
  }

  progress(done, total, isPractice) {
    const bar = this.find("progress");
    [bar.value, bar.max] = [done, total];
    this.find("progress-text").textContent =
      `${isPractice ? "Practice" : "Pair"} ${done + 1} of ${total}`;
  }

  /** Practice: say what was right and show the pair again. */
  feedback(isRight, real) {
    this.find(real).classList.add("is-real");
    this.say(`${isRight ? "Right" : "No"}: the ${real} one was taken by a camera.`);
    this.find("go-on").hidden = false;
    this.reveal();
    this.find("go-on").focus();
  }

  /** A line below the pair. */
  say(text) {
    this.find("feedback").textContent = text;
  }

  clearFeedback() {
    this.say("");
    this.find("go-on").hidden = true;
  }

  /** The last screen. */
  summarise(result) {
    const percent = (share) => `${(100 * share).toFixed(0)} %`;
    const [low, high] = result.interval.map(percent);
    this.find("summary").textContent =
      `The colorized picture fooled you in ${percent(result.fool_rate)} of the pairs ` +
      `(95 % interval ${low} to ${high}; 50 % would be guessing).`;
    this.find("checks").textContent =
      `Attention checks passed: ${result.checks.passed} of ${result.checks.total}.`;
    this.show("end");
  }
}

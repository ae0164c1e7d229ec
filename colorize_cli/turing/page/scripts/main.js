
(() => {
  const screens = new Screens();
  const buttons = [...document.querySelectorAll("[data-side]")];
  let session, result, timer, shownAt;
  let isOpen = false; // whether an answer is awaited
  let isSaved = false;

  const countOf = (isCounted) => TEST.items.filter((item) => isCounted(item.phase)).length;
  const practiceCount = countOf((phase) => phase === "practice");
  const trialCount = TEST.items.length - practiceCount;

  async function ask() {
    const question = session.question;
    const done = session.trials.length;
    const isPractice = question.phase === "practice";
    screens.clearFeedback();
    screens.progress(
      isPractice ? done : done - practiceCount, isPractice ? practiceCount : trialCount, isPractice,
    );
    screens.show("trial");
    setOpen(false);
    try {
      await screens.load(question);
    } catch {
      screens.say("The pictures cannot be loaded. Their folder must lie beside this page.");
      return;
    }
    setOpen(true);
    screens.reveal();
    shownAt = performance.now();
    timer = setTimeout(() => screens.cover(), 1000 * TEST.display_s);
  }

  function setOpen(isNowOpen) {
    isOpen = isNowOpen;
    for (const button of buttons) button.disabled = !isOpen;
  }

  function answer(side) {
    if (!isOpen) return;
    setOpen(false);
    clearTimeout(timer);
    const question = session.question;
    const isRight = session.answer(side, performance.now() - shownAt);
    if (question.phase === "practice") screens.feedback(isRight, question.real);
    else goOn();
  }

  function goOn() {
    const done = session.trials.length;
    if (!session.question) finish();
    else if (done === practiceCount) screens.show("pause");
    else ask();
  }

  function finish() {
    result = session.result();
    screens.summarise(result);
  }

  function save() {
    const text = JSON.stringify(result, null, 2);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    const plain = session.participant.match(/[\p{L}\p{N}]+/gu) ?? ["result"];
    link.download = `turing-${plain.join("-")}.json`;
    link.click();
    URL.revokeObjectURL(link.href);
    isSaved = true;
  }

  screens.find("seconds").textContent = TEST.display_s;
  screens.find("practice-count").textContent = practiceCount;
  screens.find("trial-count").textContent = trialCount;
  screens.find("pair").style.setProperty("--size", `${TEST.size_px}px`);

  screens.find("start").addEventListener("submit", (event) => {
    event.preventDefault();
    const named = screens.find("participant").value.trim();
    const [number] = crypto.getRandomValues(new Uint32Array(1));
    session = new Session(TEST, named || `anonymous-${number.toString(16)}`);
    ask();
  });
  for (const button of buttons) {
    button.addEventListener("click", () => answer(button.dataset.side));
  }
  screens.find("go-on").addEventListener("click", goOn);
  screens.find("begin").addEventListener("click", ask);
  screens.find("save").addEventListener("click", save);
  addEventListener("keydown", (event) => {
    if (event.repeat) return; // a key held down is one answer
    if (event.key === "ArrowLeft") answer("left");
    else if (event.key === "ArrowRight") answer("right");
  });
  addEventListener("beforeunload", (event) => {
    if (session && !isSaved) event.preventDefault();
  });
})();

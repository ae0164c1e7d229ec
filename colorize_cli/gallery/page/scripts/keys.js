"use strict";

/** Keys of the whole page; the help dialog lists them. */
class Keys {
  /** @param {{grid: Grid, viewer: Viewer, help: HTMLDialogElement, toggleChoosing: () => void}} parts */
  constructor(parts) {
    this.parts = parts;
    addEventListener("keydown", (event) => this.#onKey(event));
  }

  #onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { viewer, help } = this.parts;
    // The slider's own input lies in a shadow tree.
    const target = event.composedPath()[0];
    if (help.open || Keys.#isTyping(target)) return;
    if (event.key === "?") help.showModal();
    else if (viewer.isOpen) {
      if (!this.#onViewerKey(event.key, target)) return;
    } else if (!this.#onGridKey(event.key)) return;
    event.preventDefault();
  }

  #onGridKey(key) {
    const { grid } = this.parts;
    const moves = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -grid.columns,
      ArrowDown: grid.columns,
      Home: -grid.photos.length,
      End: grid.photos.length,
    };
    if (key in moves) grid.step(moves[key]);
    else if (key === "/") document.querySelector("#words").focus();
    else if (key === "c") this.parts.toggleChoosing();
    else return false;
    return true;
  }

  #onViewerKey(key, target) {
    const { viewer } = this.parts;
    const isArrow = key.startsWith("Arrow");
    if (isArrow && target.matches?.("input")) return false; // slider, radio buttons
    if (key === "ArrowLeft") viewer.step(-1);
    else if (key === "ArrowRight") viewer.step(1);
    else if (key === "ArrowUp") viewer.pick(viewer.index - 1);
    else if (key === "ArrowDown") viewer.pick(viewer.index + 1);
    else if (/^[1-9]$/.test(key)) viewer.pick(Number(key) - 1);
    else if (key === "s") viewer.toggleSpread();
    else if (key === "c") {
      if (!viewer.isChoosing) this.parts.toggleChoosing();
      viewer.toggleChoice();
    } else return false;
    return true;
  }

  static #isTyping(target) {
    return Boolean(target.matches?.("select, input[type=search]"));
  }
}

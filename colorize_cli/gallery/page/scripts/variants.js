"use strict";

/** The strip of variants: a group of radio buttons with pictures. */
class Variants {
  /**
   * @param {HTMLFieldSetElement} group
   * @param {(index: number) => void} onPick
   */
  constructor(group, onPick) {
    this.group = group;
    this.strip = group.querySelector(".strip");
    this.onPick = onPick;
  }

  /** Show the variants of a photo. */
  show(photo, shownIndex, chosenIndex) {
    this.group.hidden = photo.variants.length < 2;
    this.strip.replaceChildren(
      ...photo.variants.map((variant, index) => this.#option(variant, index, chosenIndex)),
    );
    this.check(shownIndex);
  }

  /** Mark the one that is shown. */
  check(index) {
    const radio = this.strip.querySelectorAll("input")[index];
    if (radio) radio.checked = true;
  }

  /** Mark the one that is chosen. */
  mark(chosenIndex) {
    this.strip.querySelectorAll(".mark").forEach((mark, index) => {
      mark.textContent = index === chosenIndex ? " ✓ chosen" : "";
    });
  }

  #option(variant, index, chosenIndex) {
    const label = element("label");
    const radio = element("input");
    radio.type = "radio";
    radio.name = "variant";
    radio.addEventListener("change", () => this.onPick(index));
    const image = element("img");
    image.alt = "";
    if (variant.thumbnail) image.src = variant.thumbnail;
    const seed = variant.seed === null ? "" : `, seed ${variant.seed}`;
    const mark = element("span", "mark", index === chosenIndex ? " ✓ chosen" : "");
    label.append(image, radio, ` ${index + 1}${seed}`, mark);
    return label;
  }
}

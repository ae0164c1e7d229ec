"use strict";

/** An element with a class and a text; never HTML, names come from strangers. */
function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** A name that can be shown: bytes that are no letters become a replacement sign. */
function readable(name) {
  return name.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]|[\uD800-\uDFFF]/g, (found) =>
    found.length === 2 ? found : "\uFFFD",
  );
}

/** One photo of the overview. */
function makeCard(photo, chosenIndex) {
  const card = element("button", chosenIndex >= 0 ? "card is-chosen" : "card");
  card.type = "button";
  const shown = photo.variants[Math.max(chosenIndex, 0)] ?? photo.before;
  const frame = element("span", "frame");
  if (shown?.thumbnail) {
    const image = element("img");
    image.alt = "";
    image.decoding = "async";
    image.src = shown.thumbnail;
    frame.append(image);
  } else {
    frame.append(element("span", "blank", "no picture"));
  }
  const text = element("span", "text");
  text.append(element("span", "", readable(photo.source)), cardFacts(photo, chosenIndex));
  card.append(frame, text);
  return card;
}

/** The second line of a card. */
function cardFacts(photo, chosenIndex) {
  if (photo.status === "failed") return element("span", "failed", "failed");
  if (chosenIndex >= 0) return element("span", "chosen", `✓ variant ${chosenIndex + 1} chosen`);
  const facts = [];
  if (photo.status === "skipped") facts.push("skipped");
  if (photo.variants.length > 1) facts.push(`${photo.variants.length} variants`);
  if (photo.diversity !== null) facts.push(`spread ${photo.diversity.toFixed(1)}`);
  return element("span", "facts", facts.join(" · "));
}

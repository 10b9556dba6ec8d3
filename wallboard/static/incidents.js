// Records: the list of results stays under one's eyes; that there are newer ones is said.

import { live } from "./live.js";
import { data } from "./dom.js";

const news = document.getElementById("news");
news.querySelector("a").href = location.href;
document.addEventListener("hardstop:entry", ({ detail }) => {
  if (detail.body?.number === 1) news.hidden = false;
});
// What was said on a call that is forgotten, or closed to others, must not stay under anybody's eyes.
document.addEventListener("hardstop:call", ({ detail }) => detail.body?.gone && location.reload());
document.addEventListener("hardstop:reset", () => { news.hidden = false; });
live.start({ after: data("state")?.number });

// A recording that is dropped on the page, or chosen, is sent to this computer's own program.
"use strict";
(() => {
  const zone = () => document.querySelector(".fa-drop");
  async function send(file) {
    const told = document.querySelector(".fa-drop-told");
    const most = Number(zone().dataset.most);
    const say = (words) => { if (told) told.textContent = words; };
    if (file.size > most) { say(`This file is larger than ${Math.round(most / 1048576)} MB; open a shorter recording.`); return; }
    say("Reading\u2026");
    try {
      const answer = await fetch(`/drop?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file });
      const words = await answer.text();
      if (answer.ok) location.assign("/dropped"); else say(words);
    } catch (problem) {
      say("The file could not be read; try again.");
    }
  }
  document.addEventListener("dragover", (event) => {
    if (!zone()) return;
    event.preventDefault();
    zone().classList.add("fa-over");
  });
  document.addEventListener("dragleave", () => zone() && zone().classList.remove("fa-over"));
  document.addEventListener("drop", (event) => {
    if (!zone()) return;
    event.preventDefault();
    zone().classList.remove("fa-over");
    if (event.dataTransfer.files.length) send(event.dataTransfer.files[0]);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches(".fa-drop input[type=file]") && event.target.files.length) send(event.target.files[0]);
  });
})();

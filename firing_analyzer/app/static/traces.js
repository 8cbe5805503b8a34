// The last five seconds of both muscles, drawn as they come. Nothing is measured here.
"use strict";
(() => {
  const WINDOW_S = 5;
  const LEAST = 20; // microvolts that the scale reaches at least
  const INK = ["#c45a00", "#12306b"];
  const NAMES = ["shoulder", "glute"];
  const STILL = "#9a9a9a", STILL_MS = 700; // what has stopped is grey
  const told = { draws: 0, frames: 0, lags: [] };
  window.firingTraces = told; // how quick it is, for whoever wants to know
  let lines = [null, null];
  let socket = null;
  let due = false;

  function line(rate) {
    const size = Math.max(16, Math.round(WINDOW_S * rate));
    return { rate, size, samples: new Float32Array(size).fill(NaN), end: 0, top: LEAST, waiting: [] };
  }

  function take(buffer) {
    const head = new DataView(buffer, 0, 32);
    const number = head.getFloat64(0, true), first = head.getFloat64(8, true);
    const rate = head.getFloat64(16, true), arrived = head.getFloat64(24, true);
    const samples = new Float32Array(buffer, 32);
    let one = lines[number];
    if (!one || Math.abs(one.rate - rate) > 0.02 * rate) {
      one = lines[number] = line(rate);
      one.end = first;
    }
    for (let lost = Math.max(one.end, first - one.size); lost < first; lost++) one.samples[lost % one.size] = NaN;
    for (let i = 0; i < samples.length; i++) one.samples[(first + i) % one.size] = samples[i];
    one.end = first + samples.length;
    one.waiting.push([arrived, samples.length]);
    one.last = performance.now();
    told.frames++;
    if (!due) { due = true; requestAnimationFrame(draw); }
  }

  function draw() {
    due = false;
    for (const canvas of document.querySelectorAll("canvas[data-muscle]")) {
      const number = NAMES.indexOf(canvas.dataset.muscle);
      const one = lines[number];
      if (one) paint(canvas, one, performance.now() - one.last > STILL_MS ? STILL : INK[number]);
    }
    const now = Date.now() / 1000;
    for (const one of lines) {
      if (!one) continue;
      for (const [arrived, count] of one.waiting) told.lags.push([1000 * (now - arrived), count]);
      one.waiting = [];
    }
    if (told.lags.length > 20000) told.lags.splice(0, 10000);
    told.draws++;
  }

  function paint(canvas, one, ink) {
    const scale = window.devicePixelRatio || 1;
    const width = Math.round(canvas.clientWidth * scale), height = Math.round(canvas.clientHeight * scale);
    if (!width || !height) return;
    if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, width, height);
    const lows = new Float32Array(width).fill(NaN), highs = new Float32Array(width).fill(NaN);
    let top = LEAST;
    for (let i = 0; i < one.size; i++) {
      const at = one.end - one.size + i;
      const value = at < 0 ? NaN : one.samples[at % one.size];
      if (value !== value) continue;
      const x = Math.min(width - 1, Math.floor((i * width) / one.size));
      if (!(lows[x] <= value)) lows[x] = value;
      if (!(highs[x] >= value)) highs[x] = value;
      const size = Math.abs(value);
      if (size > top) top = size;
    }
    one.top = top > one.top ? top : Math.max(top, one.top * 0.995);
    const middle = height / 2, per = (0.92 * middle) / one.top;
    pen.strokeStyle = "#ddd";
    pen.lineWidth = scale;
    pen.beginPath();
    for (let second = 1; second < WINDOW_S; second++) {
      const x = Math.round((second * width) / WINDOW_S) + 0.5;
      pen.moveTo(x, 0);
      pen.lineTo(x, height);
    }
    pen.stroke();
    pen.strokeStyle = ink;
    pen.beginPath();
    let begun = false;
    for (let x = 0; x < width; x++) {
      if (lows[x] !== lows[x]) { begun = begun && one.size < width; continue; }
      const low = middle - per * lows[x], high = middle - per * highs[x];
      if (begun) pen.lineTo(x + 0.5, low); else pen.moveTo(x + 0.5, low);
      pen.lineTo(x + 0.5, high === low ? high + 1 : high);
      begun = true;
    }
    pen.stroke();
    pen.fillStyle = "#444";
    pen.font = `${12 * scale}px system-ui, sans-serif`;
    pen.fillText(`\u00b1${Math.round(one.top)} \u00b5V`, 4 * scale, 13 * scale);
  }

  function look() {
    if (lines.some((one) => one && performance.now() - one.last > STILL_MS)) requestAnimationFrame(draw);
    const wanted = document.querySelector("canvas[data-muscle]") !== null;
    if (wanted && socket === null) {
      socket = new WebSocket(`ws://${location.host}/live`);
      socket.binaryType = "arraybuffer";
      socket.onmessage = (event) => {
        if (typeof event.data === "string") { lines = [null, null]; return; }
        take(event.data);
      };
      socket.onclose = () => { socket = null; };
    } else if (!wanted && socket !== null) {
      socket.close();
    }
  }
  setInterval(look, 200);
})();

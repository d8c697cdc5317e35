"""Makes the served model say what a script dictates, token by token. Everything around the sampling stays vLLM's own: chat
template, detokenizer, parsers, streaming, usage, errors.

A user message with `PLAY:name` chooses the script of that name (the last one counts; what the model itself wrote, such as the
prompt of a sub-agent, does not). Step 0 answers it; every tool result since then moves on by one step, so that a step with two
calls is followed by one that is never said; after the last step the model says that it is done. A request without tools, which is how OpenCode asks
for a session's title, gets a title whatever is named, or what the script has for it.

$PLAY_SCRIPTS is a JSON file: {"name": {"steps": ["text", ...], "pace": seconds per token, "plain": "text"}}. Texts are what the
model writes after its opening `<think>`.
"""

import json
import os
import re
import time

from transformers import AutoTokenizer
from vllm.v1.sample.logits_processor.interface import LogitsProcessor, MoveDirectionality

NAME = re.compile(r"PLAY:([\w.-]+)")
ASKED = re.compile(r"<\|im_start\|>user\n(?!<tool_response>)(.*?)<\|im_end\|>", re.DOTALL)
TITLE = "A name for it.\n</think>\n\nScratch work"
PLAIN = "Nothing was asked for.\n</think>\n\nHello."
DONE = "That was all.\n</think>\n\nDone."


class Play(LogitsProcessor):
    def __init__(self, vllm_config, device, is_pin_memory):
        self.tokenizer = AutoTokenizer.from_pretrained(vllm_config.model_config.tokenizer)
        self.end = self.tokenizer.eos_token_id
        with open(os.environ["PLAY_SCRIPTS"], encoding="utf-8") as file:
            self.scripts = json.load(file)
        # Row of the batch -> (tokens to say, tokens said so far (a live list), seconds per token).
        self.rows = {}

    def is_argmax_invariant(self):
        return False

    def choose(self, prompt):
        """The text to say after this prompt, and the seconds per token."""
        asked = ((turn.start(1), NAME.finditer(turn.group(1))) for turn in ASKED.finditer(prompt))
        names = [(name.group(1), start + name.end()) for start, found in asked for name in found]
        if "# Tools" not in prompt:
            named = self.scripts.get(names[-1][0], {}) if names else {}
            return named.get("plain", TITLE), 0
        if not names:
            return PLAIN, 0
        last, end = names[-1]
        script = self.scripts.get(last)
        if script is None:
            return f"No script of that name.\n</think>\n\nThere is no script {last}.", 0
        steps = [*script["steps"], DONE]
        results = prompt.count("<tool_response>", end)
        return steps[min(results, len(steps) - 1)], script.get("pace", 0)

    def row(self, prompt_ids, said):
        text, pace = self.choose(self.tokenizer.decode(prompt_ids or [], skip_special_tokens=False))
        return [*self.tokenizer.encode(text, add_special_tokens=False), self.end], said, pace

    def update_state(self, update):
        if update is None:
            return
        for index in update.removed:
            self.rows.pop(index, None)
        for index, _, prompt_ids, said in update.added:
            self.rows[index] = self.row(prompt_ids, said)
        for source, target, direction in update.moved:
            moving, resting = self.rows.pop(source, None), self.rows.pop(target, None)
            if moving is not None:
                self.rows[target] = moving
            if resting is not None and direction == MoveDirectionality.SWAP:
                self.rows[source] = resting

    def apply(self, logits):
        for index, (plan, said, pace) in self.rows.items():
            token = plan[len(said)] if len(said) < len(plan) else self.end
            logits[index] = float("-inf")
            logits[index, token] = 0
            if pace:
                time.sleep(pace)
        return logits

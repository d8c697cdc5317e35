"""Reads outputs with vLLM's own parsers: JSON lines {tool, reasoning, text, open, tools} in, {reasoning, content, calls} out.

Whole outputs, not streamed, as the parsers' `extract_reasoning` and `extract_tool_calls` read them. Needs an installed vLLM and the tokenizer in
the folder that is the first argument; the parsers' own tokens are added to it.
"""

import json
import logging
import sys

logging.disable(logging.CRITICAL)

from transformers import AutoTokenizer  # noqa: E402
from vllm.entrypoints.openai.chat_completion.protocol import ChatCompletionRequest  # noqa: E402
from vllm.reasoning import ReasoningParserManager  # noqa: E402
from vllm.tool_parsers import ToolParserManager  # noqa: E402


def read(tokenizer, case):
    request = ChatCompletionRequest(
        model="m", messages=[{"role": "user", "content": "x"}], tools=case["tools"], tool_choice="auto"
    )
    text, reasoning = case["text"], None
    if case.get("reasoning"):
        parser = ReasoningParserManager.get_reasoning_parser(case["reasoning"])(tokenizer)
        reasoning, text = parser.extract_reasoning(text, request)
    found = None
    if text:
        parser = ToolParserManager.get_tool_parser(case["tool"])(tokenizer, request.tools)
        found = parser.extract_tool_calls(text, request)
        text = found.content
    calls = found.tool_calls if found and found.tools_called else []
    return {
        "reasoning": reasoning or "",
        "content": text or "",
        "calls": [{"name": call.function.name, "arguments": call.function.arguments} for call in calls],
    }


def main():
    tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
    cases = [json.loads(line) for line in sys.stdin if line.strip()]
    tokenizer.add_tokens(sorted({token for case in cases for token in case.get("tokens", [])}))
    for case in cases:
        try:
            result = read(tokenizer, case)
        except Exception as error:  # A parser that fails has delivered nothing.
            result = {"error": f"{type(error).__name__}: {error}"[:200]}
        print(json.dumps(result), flush=True)


main()

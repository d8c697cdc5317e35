"""Writes a model of less than 1 MB that a real vLLM serves on a CPU: random weights, a tokenizer and a chat template of the
Nemotron 3 kind. What it says is dictated by play.py, so the weights do not matter.

usage: make_model.py FOLDER
"""

import json
import pathlib
import sys
import sysconfig

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

CONTEXT = 131_072
END_OF_TURN = "<|im_end|>"
SPECIAL = ["<|endoftext|>", "<|im_start|>", END_OF_TURN]
# One token each, but not special: a client receives them as text. The tokenizers of Qwen and Nemotron have them like this, and
# vLLM's parsers look them up in the vocabulary.
MARKUP = ["<think>", "</think>", "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>"]
# What DeepSeek and Mistral models write around a call. Special as in their own tokenizers, and their parsers look them up too.
OTHER = [
    "<｜tool▁calls▁begin｜>",
    "<｜tool▁calls▁end｜>",
    "<｜tool▁call▁begin｜>",
    "<｜tool▁call▁end｜>",
    "<｜tool▁sep｜>",
    "[TOOL_CALLS]",
    "[ARGS]",
    "[THINK]",
    "[/THINK]",
    "<|python_tag|>",
]

# "# Tools" tells play.py that the request has tools; thinking is on unless the request turns it off, as in Nemotron 3.
CHAT_TEMPLATE = """
{%- macro turn(role, text) -%}<|im_start|>{{ role }}
{{ text }}<|im_end|>
{% endmacro -%}
{%- if tools -%}
{{- turn("system", "# Tools\n" ~ (tools | map("tojson") | join("\n"))) -}}
{%- endif -%}
{%- for m in messages -%}
{%- if m.role == "tool" -%}
{{- turn("user", "<tool_response>\n" ~ m.content ~ "\n</tool_response>") -}}
{%- elif m.tool_calls -%}
{{- turn("assistant", (m.content or "") ~ "\n<tool_call>\n" ~ (m.tool_calls | tojson) ~ "\n</tool_call>") -}}
{%- else -%}
{{- turn(m.role, m.content or "") -}}
{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
<|im_start|>assistant
{% if enable_thinking is defined and not enable_thinking %}<think></think>{% else %}<think>
{% endif %}
{%- endif -%}
"""


def library_text(limit=40):
    """Python's own standard library: text that is there wherever this runs."""
    files = sorted(pathlib.Path(sysconfig.get_path("stdlib")).glob("*.py"))[:limit]
    return [file.read_text(encoding="utf-8", errors="ignore") for file in files]


def make_tokenizer():
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    bpe.train_from_iterator(
        library_text(),
        trainers.BpeTrainer(vocab_size=4096, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False),
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bpe, eos_token=END_OF_TURN, pad_token=SPECIAL[0], model_max_length=CONTEXT
    )
    tokenizer.add_tokens([AddedToken(text, special=False, normalized=False) for text in MARKUP])
    tokenizer.add_tokens([AddedToken(text, special=True, normalized=False) for text in OTHER])
    tokenizer.chat_template = CHAT_TEMPLATE
    return tokenizer


def make_model(tokenizer):
    torch.manual_seed(0)
    end = tokenizer.eos_token_id
    config = Qwen2Config(
        vocab_size=-(-len(tokenizer) // 64) * 64,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        eos_token_id=end,
    )
    return Qwen2ForCausalLM(config).to(torch.bfloat16)


def main(folder):
    tokenizer = make_tokenizer()
    tokenizer.save_pretrained(folder)
    make_model(tokenizer).save_pretrained(folder)
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": tokenizer.eos_token_id}))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))

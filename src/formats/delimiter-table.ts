/**
 * The literals that model families put around reasoning, calls and turns, as they occur in a model's raw output.
 *
 * From the parsers of vLLM 0.32 (`vllm/parser`, `vllm/reasoning`, `vllm/tool_parsers`) and the vendors' chat templates. Fullwidth bars
 * (U+FF5C) and low blocks (U+2581) are other characters than `|` and `_`; models write them in both spellings.
 */

/** One vocabulary. Its literals belong together: where one is spoken of, so are the others. */
export interface Vocabulary {
  group: string
  /** Ids of the families that a sighting points to; absent when too many share the vocabulary. */
  families?: readonly string[]
  reasoningOpen?: readonly string[]
  reasoningClose?: readonly string[]
  callOpen?: readonly string[]
  callClose?: readonly string[]
  /** Literals between the two, for example around one parameter. */
  callPart?: readonly string[]
  /** Tokens that begin or end a turn or a channel. */
  turn?: readonly string[]
}

const DEEPSEEK_V3 = ["deepseek-v3", "deepseek-r1", "deepseek-v3.1"]
const DSML = ["deepseek-v4", "deepseek-v4.1", "deepseek-v3.2"]

export const VOCABULARIES: readonly Vocabulary[] = [
  { group: "think", reasoningOpen: ["<think>"], reasoningClose: ["</think>"] },
  { group: "thinking", reasoningOpen: ["<thinking>"], reasoningClose: ["</thinking>"] },
  { group: "mistral-think", families: ["magistral", "mistral"], reasoningOpen: ["[THINK]"], reasoningClose: ["[/THINK]"] },
  { group: "mm-think", families: ["minimax-m3"], reasoningOpen: ["<mm:think>"], reasoningClose: ["</mm:think>"] },
  { group: "seed-think", families: ["seed-oss"], reasoningOpen: ["<seed:think>"], reasoningClose: ["</seed:think>"] },
  { group: "kimi-think", reasoningOpen: ["◁think▷"], reasoningClose: ["◁/think▷"] },
  {
    group: "kimi-k3-think",
    families: ["kimi-k3"],
    reasoningOpen: ["<|open|>think<|sep|>"],
    reasoningClose: ["<|close|>think<|sep|>"],
  },
  { group: "gemma-thought", families: ["gemma4"], reasoningOpen: ["<|channel>thought"], reasoningClose: ["<channel|>"] },
  { group: "cohere-think", families: ["command-a"], reasoningOpen: ["<|START_THINKING|>"], reasoningClose: ["<|END_THINKING|>"] },
  { group: "harmony", families: ["gpt-oss"], reasoningOpen: ["<|channel|>analysis<|message|>", "<|channel|>analysis"] },
  { group: "apertus-think", families: ["apertus"], reasoningOpen: ["<|inner_prefix|>"], reasoningClose: ["<|inner_suffix|>"] },
  { group: "longcat-think", families: ["longcat"], reasoningOpen: ["<longcat_think>"], reasoningClose: ["</longcat_think>"] },
  {
    group: "ifm-think",
    families: ["k2-horizon"],
    reasoningOpen: ["<ifm|think>", "<ifm|think_fast>", "<ifm|think_faster>"],
    reasoningClose: ["</ifm|think>", "</ifm|think_fast>", "</ifm|think_faster>"],
  },
  {
    group: "plamo-think",
    families: ["plamo3"],
    reasoningOpen: ["<|plamo:begin_think:plamo|>"],
    reasoningClose: ["<|plamo:end_think:plamo|>"],
  },
  { group: "inkling-think", families: ["inkling"], reasoningOpen: ["<|content_thinking|>"] },
  { group: "glimmer-think", families: ["muse-glimmer"], reasoningOpen: ["to=self<|message|>"] },
  { group: "inkling", families: ["inkling"], callOpen: ["<|content_invoke_tool_json|>", "<|content_invoke_tool_text|>"] },
  {
    group: "functiongemma",
    families: ["functiongemma"],
    callOpen: ["<start_function_call>"],
    callClose: ["<end_function_call>"],
    callPart: ["<escape>"],
  },
  { group: "hunyuan", families: ["hunyuan-v3", "hunyuan-v4"], callPart: ["<tool_sep>"] },
  { group: "tool-call", callOpen: ["<tool_call>"], callClose: ["</tool_call>"] },
  {
    group: "qwen-xml",
    families: ["nemotron3", "qwen3-coder", "qwen3.5", "mimo", "step-3.5", "intern-s2", "granite4.2", "minicpm-v"],
    callPart: ["<function=", "</function>", "<parameter=", "</parameter>"],
  },
  {
    group: "glm",
    families: ["glm-4.7", "glm-4.5", "ling3", "laguna"],
    callPart: ["<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>"],
  },
  {
    group: "deepseek-v3",
    families: DEEPSEEK_V3,
    callOpen: ["<｜tool▁calls▁begin｜>", "<｜tool▁call▁begin｜>"],
    callClose: ["<｜tool▁calls▁end｜>", "<｜tool▁call▁end｜>"],
    callPart: ["<｜tool▁sep｜>"],
  },
  { group: "dsml", families: DSML, callOpen: ["<｜DSML｜", "<|DSML|"], callClose: ["</｜DSML｜", "</|DSML|"] },
  {
    group: "kimi-k2",
    families: ["kimi-k2"],
    callOpen: ["<|tool_calls_section_begin|>", "<|tool_call_section_begin|>", "<|tool_call_begin|>"],
    callClose: ["<|tool_calls_section_end|>", "<|tool_call_section_end|>", "<|tool_call_end|>"],
    callPart: ["<|tool_call_argument_begin|>"],
  },
  { group: "kimi-k3", families: ["kimi-k3"], callPart: ["<|open|>", "<|close|>", "<|sep|>"] },
  { group: "minimax-m2", families: ["minimax-m2"], callOpen: ["<minimax:tool_call>"], callClose: ["</minimax:tool_call>"] },
  { group: "minimax-m3", families: ["minimax-m3"], callPart: ["]<]minimax[>["] },
  { group: "gemma4", families: ["gemma4"], callOpen: ["<|tool_call>"], callClose: ["<tool_call|>"], callPart: ['<|"|>'] },
  {
    group: "ifm",
    families: ["k2-horizon"],
    callOpen: ["<ifm|tool_calls>", "<ifm|tool_call>"],
    callClose: ["</ifm|tool_calls>", "</ifm|tool_call>"],
    callPart: ["<ifm|arg_key>", "</ifm|arg_key>", "<ifm|arg_value>", "</ifm|arg_value>"],
  },
  {
    group: "plamo",
    families: ["plamo3"],
    callOpen: ["<|plamo:begin_tool_requests:plamo|>", "<|plamo:begin_tool_request:plamo|>"],
    callClose: ["<|plamo:end_tool_requests:plamo|>", "<|plamo:end_tool_request:plamo|>"],
    callPart: [
      "<|plamo:begin_tool_name:plamo|>",
      "<|plamo:end_tool_name:plamo|>",
      "<|plamo:begin_tool_arguments:plamo|>",
      "<|plamo:end_tool_arguments:plamo|>",
      "<|plamo:constrain|>",
      "<|plamo:msg|>",
    ],
  },
  { group: "dots", families: ["dots"], callOpen: ["<dots_function_call>"], callClose: ["</dots_function_call>"] },
  { group: "mistral", families: ["mistral", "magistral"], callOpen: ["[TOOL_CALLS]"] },
  { group: "llama3", families: ["llama3"], callOpen: ["<|python_tag|>"] },
  { group: "llama4", families: ["llama4"], callOpen: ["<|python_start|>"], callClose: ["<|python_end|>"] },
  { group: "seed", families: ["seed-oss"], callOpen: ["<seed:tool_call>"], callClose: ["</seed:tool_call>"] },
  {
    group: "step3",
    families: ["step-3"],
    callOpen: ["<｜tool_calls_begin｜>", "<｜tool_call_begin｜>", "<steptml:invoke"],
    callClose: ["<｜tool_calls_end｜>", "<｜tool_call_end｜>", "</steptml:invoke>"],
    callPart: ["<｜tool_sep｜>", "<steptml:parameter", "</steptml:parameter>"],
  },
  // `<|tool_call_end|>` is Kimi's as well.
  { group: "lfm2", families: ["lfm2"], callOpen: ["<|tool_call_start|>"] },
  { group: "granite", families: ["granite3"], callOpen: ["<|tool_call|>"] },
  { group: "internlm", families: ["internlm"], callOpen: ["<|action_start|>"], callClose: ["<|action_end|>"] },
  { group: "tool-calls", callOpen: ["<tool_calls>"], callClose: ["</tool_calls>"] },
  { group: "invoke", callOpen: ['<invoke name="'], callClose: ["</invoke>"] },
  { group: "function-calls", callOpen: ["<function_calls>"], callClose: ["</function_calls>"] },
  { group: "cohere", families: ["command-a"], callOpen: ["<|START_ACTION|>"], callClose: ["<|END_ACTION|>"] },
  { group: "gigachat", families: ["gigachat3"], callOpen: ["<|function_call|>"] },
  { group: "apertus", families: ["apertus"], callOpen: ["<|tools_prefix|>"], callClose: ["<|tools_suffix|>"] },
  { group: "longcat", families: ["longcat"], callOpen: ["<longcat_tool_call>"], callClose: ["</longcat_tool_call>"] },
  {
    group: "glimmer",
    families: ["muse-glimmer"],
    callOpen: ["<atem:invoke"],
    callClose: ["</atem:invoke>"],
    callPart: ["<atem:parameter", "</atem:parameter>"],
  },
  {
    group: "harmony",
    families: ["gpt-oss"],
    turn: ["<|channel|>", "<|message|>", "<|constrain|>", "<|start|>", "<|end|>", "<|call|>", "<|return|>"],
  },
  { group: "chatml", turn: ["<|im_start|>", "<|im_end|>", "<|endoftext|>"] },
  {
    group: "deepseek-turn",
    families: [...DEEPSEEK_V3, ...DSML],
    turn: ["<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜>"],
  },
  { group: "role-turn", turn: ["<|user|>", "<|assistant|>", "<|system|>", "<|observation|>", "[gMASK]", "<sop>"] },
  {
    group: "kimi-turn",
    families: ["kimi-k2", "kimi-k3"],
    turn: ["<|im_user|>", "<|im_assistant|>", "<|im_system|>", "<|im_middle|>", "<|end_of_msg|>"],
  },
  { group: "minimax-turn", families: ["minimax-m2", "minimax-m3"], turn: ["]~b]", "]~!b[", "[e~["] },
  { group: "mistral-turn", families: ["mistral", "magistral"], turn: ["[INST]", "[/INST]", "[TOOL_RESULTS]", "[/TOOL_RESULTS]"] },
  {
    group: "llama-turn",
    families: ["llama3"],
    turn: ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|eom_id|>"],
  },
  {
    group: "gemma-turn",
    families: ["gemma4"],
    turn: ["<start_of_turn>", "<end_of_turn>", "<|turn>", "<turn|>", "<|tool_response>"],
  },
  { group: "granite-turn", families: ["granite3"], turn: ["<|start_of_role|>", "<|end_of_role|>", "<|end_of_text|>"] },
  { group: "llama4-turn", families: ["llama4"], turn: ["<|header_start|>", "<|header_end|>", "<|eot|>"] },
  {
    group: "cohere-turn",
    families: ["command-a"],
    turn: [
      "<|CHATBOT_TOKEN|>",
      "<|USER_TOKEN|>",
      "<|START_OF_TURN_TOKEN|>",
      "<|END_OF_TURN_TOKEN|>",
      "<|START_RESPONSE|>",
      "<|END_RESPONSE|>",
      "<|START_TEXT|>",
      "<|END_TEXT|>",
    ],
  },
  { group: "gigachat-turn", families: ["gigachat3"], turn: ["<|role_sep|>", "<|message_sep|>"] },
  {
    group: "inkling-turn",
    families: ["inkling"],
    turn: ["<|message_model|>", "<|content_text|>", "<|end_message|>", "<|content_model_end_sampling|>"],
  },
  { group: "glimmer-turn", families: ["muse-glimmer"], turn: ["<|eom|>"] },
  { group: "seed-turn", families: ["seed-oss"], turn: ["<seed:bos>", "<seed:eos>"] },
  { group: "padding", turn: ["<pad>"] },
]

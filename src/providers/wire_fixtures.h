// For tests: answers as servers put them on the wire. llama.cpp's were recorded (its own server, SmolLM2),
// the others follow their documentation and sources.
#pragma once

#include <string_view>

namespace parley::providers::fixtures {

// OpenAI (platform.openai.com/docs/api-reference/chat-streaming), with `include_usage`.
inline constexpr std::string_view kOpenAiStream =
    R"(data: {"id":"chatcmpl-C1","object":"chat.completion.chunk","created":1756921364,"model":"gpt-4o-mini-2024-07-18","service_tier":"default","system_fingerprint":"fp_560af6e559","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"Xy1"}

data: {"id":"chatcmpl-C1","object":"chat.completion.chunk","created":1756921364,"model":"gpt-4o-mini-2024-07-18","service_tier":"default","system_fingerprint":"fp_560af6e559","choices":[{"index":0,"delta":{"content":"Hello"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"kq"}

data: {"id":"chatcmpl-C1","object":"chat.completion.chunk","created":1756921364,"model":"gpt-4o-mini-2024-07-18","service_tier":"default","system_fingerprint":"fp_560af6e559","choices":[{"index":0,"delta":{"content":" there \ud83d\ude42"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":""}

data: {"id":"chatcmpl-C1","object":"chat.completion.chunk","created":1756921364,"model":"gpt-4o-mini-2024-07-18","service_tier":"default","system_fingerprint":"fp_560af6e559","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null,"obfuscation":"u"}

data: {"id":"chatcmpl-C1","object":"chat.completion.chunk","created":1756921364,"model":"gpt-4o-mini-2024-07-18","service_tier":"default","system_fingerprint":"fp_560af6e559","choices":[],"usage":{"prompt_tokens":1117,"completion_tokens":3,"total_tokens":1120,"prompt_tokens_details":{"cached_tokens":1024,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"obfuscation":"a"}

data: [DONE]

)";

// The same, calling a tool.
inline constexpr std::string_view kOpenAiTools =
    R"(data: {"id":"chatcmpl-C2","object":"chat.completion.chunk","created":1756921364,"model":"gpt-4o","choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_DdmO9","type":"function","function":{"name":"get_weather","arguments":""}}],"refusal":null},"logprobs":null,"finish_reason":null}],"usage":null}

data: {"id":"chatcmpl-C2","object":"chat.completion.chunk","created":1756921364,"model":"gpt-4o","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":"}}]},"logprobs":null,"finish_reason":null}],"usage":null}

data: {"id":"chatcmpl-C2","object":"chat.completion.chunk","created":1756921364,"model":"gpt-4o","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"Paris\"}"}}]},"logprobs":null,"finish_reason":null}],"usage":null}

data: {"id":"chatcmpl-C2","object":"chat.completion.chunk","created":1756921364,"model":"gpt-4o","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"tool_calls"}],"usage":null}

data: {"id":"chatcmpl-C2","object":"chat.completion.chunk","created":1756921364,"model":"gpt-4o","choices":[],"usage":{"prompt_tokens":88,"completion_tokens":16,"total_tokens":104,"prompt_tokens_details":{"cached_tokens":0}}}

data: [DONE]

)";

inline constexpr std::string_view kOpenAiWhole =
    R"({
  "id": "chatcmpl-B9", "object": "chat.completion", "created": 1741569952, "model": "gpt-4o-2024-08-06",
  "choices": [{
    "index": 0,
    "message": {"role": "assistant", "content": "Hello!", "refusal": null, "annotations": []},
    "logprobs": null,
    "finish_reason": "stop"
  }],
  "usage": {"prompt_tokens": 19, "completion_tokens": 10, "total_tokens": 29,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0}},
  "service_tier": "default"
}
)";

inline constexpr std::string_view kLlamaCppStream =
    R"(data: {"choices":[{"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}}],"created":1795550886,"id":"chatcmpl-8ZVmkSddb7kxrXczw7w6Cjwpk7CKH3kC","model":"smollm2","system_fingerprint":"b0-unknown","object":"chat.completion.chunk"}

data: {"choices":[{"finish_reason":null,"index":0,"delta":{"content":"Hello"}}],"created":1795550886,"id":"chatcmpl-8ZVmkSddb7kxrXczw7w6Cjwpk7CKH3kC","model":"smollm2","system_fingerprint":"b0-unknown","object":"chat.completion.chunk"}

data: {"choices":[{"finish_reason":null,"index":0,"delta":{"content":"!"}}],"created":1795550886,"id":"chatcmpl-8ZVmkSddb7kxrXczw7w6Cjwpk7CKH3kC","model":"smollm2","system_fingerprint":"b0-unknown","object":"chat.completion.chunk"}

data: {"choices":[{"finish_reason":"length","index":0,"delta":{}}],"created":1795550886,"id":"chatcmpl-8ZVmkSddb7kxrXczw7w6Cjwpk7CKH3kC","model":"smollm2","system_fingerprint":"b0-unknown","object":"chat.completion.chunk"}

data: {"choices":[],"created":1795550886,"id":"chatcmpl-8ZVmkSddb7kxrXczw7w6Cjwpk7CKH3kC","model":"smollm2","system_fingerprint":"b0-unknown","object":"chat.completion.chunk","usage":{"completion_tokens":6,"prompt_tokens":20,"total_tokens":26,"prompt_tokens_details":{"cached_tokens":19}},"timings":{"cache_n":19,"prompt_n":1,"prompt_ms":6.464,"prompt_per_token_ms":6.464,"prompt_per_second":154.70297029702968,"predicted_n":6,"predicted_ms":30.903,"predicted_per_token_ms":6.1806,"predicted_per_second":161.79658932789695}}

data: [DONE]

)";

inline constexpr std::string_view kLlamaCppWhole =
    R"({"choices":[{"finish_reason":"length","index":0,"message":{"role":"assistant","content":"Hello! I'm here to"}}],"created":1795550886,"model":"smollm2","system_fingerprint":"b0-unknown","object":"chat.completion","usage":{"completion_tokens":6,"prompt_tokens":20,"total_tokens":26,"prompt_tokens_details":{"cached_tokens":19}},"id":"chatcmpl-1dot1RyWnKUHe0c8KWtslcZX47Pgd0j2","timings":{"cache_n":19,"prompt_n":1,"prompt_ms":6.024}})";

inline constexpr std::string_view kLlamaCppTooLong =
    R"({"error":{"code":400,"message":"request (2031 tokens) exceeds the available context size (512 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":2031,"n_ctx":512}})";

// vLLM with a reasoning parser and `continuous_usage_stats`: usage in every chunk, the last text in the chunk
// that finishes, an empty `tool_calls` in each.
inline constexpr std::string_view kVllmStream =
    R"(data: {"id":"chatcmpl-2b4","object":"chat.completion.chunk","created":1750067911,"model":"Qwen/Qwen3-8B","choices":[{"index":0,"delta":{"role":"assistant","content":"","tool_calls":[]},"logprobs":null,"finish_reason":null}],"usage":{"prompt_tokens":14,"total_tokens":14,"completion_tokens":0}}

data: {"id":"chatcmpl-2b4","object":"chat.completion.chunk","created":1750067911,"model":"Qwen/Qwen3-8B","choices":[{"index":0,"delta":{"reasoning_content":"Hmm.","tool_calls":[]},"logprobs":null,"finish_reason":null}],"usage":{"prompt_tokens":14,"total_tokens":15,"completion_tokens":1}}

data: {"id":"chatcmpl-2b4","object":"chat.completion.chunk","created":1750067911,"model":"Qwen/Qwen3-8B","choices":[{"index":0,"delta":{"content":"Yes","tool_calls":[]},"logprobs":null,"finish_reason":null}],"usage":{"prompt_tokens":14,"total_tokens":16,"completion_tokens":2}}

data: {"id":"chatcmpl-2b4","object":"chat.completion.chunk","created":1750067911,"model":"Qwen/Qwen3-8B","choices":[{"index":0,"delta":{"content":".","tool_calls":[]},"logprobs":null,"finish_reason":"stop","stop_reason":null}],"usage":{"prompt_tokens":14,"total_tokens":17,"completion_tokens":3}}

data: {"id":"chatcmpl-2b4","object":"chat.completion.chunk","created":1750067911,"model":"Qwen/Qwen3-8B","choices":[],"usage":{"prompt_tokens":14,"total_tokens":17,"completion_tokens":3}}

data: [DONE]

)";

inline constexpr std::string_view kVllmTooLong =
    R"({"object":"error","message":"This model's maximum context length is 6048 tokens. However, you requested 6616 tokens (568 in the messages, 6048 in the completion). Please reduce the length of the messages or completion.","type":"BadRequestError","param":null,"code":400})";

inline constexpr std::string_view kOllamaStream =
    R"(data: {"id":"chatcmpl-923","object":"chat.completion.chunk","created":1756921364,"model":"llama3.2:3b","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":"The"},"finish_reason":null}]}

data: {"id":"chatcmpl-923","object":"chat.completion.chunk","created":1756921364,"model":"llama3.2:3b","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":" end"},"finish_reason":null}]}

data: {"id":"chatcmpl-923","object":"chat.completion.chunk","created":1756921364,"model":"llama3.2:3b","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop"}]}

data: {"id":"chatcmpl-923","object":"chat.completion.chunk","created":1756921364,"model":"llama3.2:3b","system_fingerprint":"fp_ollama","choices":[],"usage":{"prompt_tokens":32,"completion_tokens":8,"total_tokens":40}}

data: [DONE]

)";

}  // namespace parley::providers::fixtures

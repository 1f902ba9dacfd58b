package dev.eddy.app.demo;

import java.util.List;

/** What to type after the demo: from an own topic and an own model to predictions. */
final class NextSteps {
    /** The settings the commands below need. */
    static final String PROPERTIES = """
            bootstrap.servers=localhost:9092
            eddy.pipeline=machines
            eddy.topics.input=machine.events
            eddy.topics.output=machine.predictions
            eddy.topics.create=true
            """;

    private static final String COMMANDS = """
              alias eddy='java -jar target/eddy.jar'                    the one jar
              eddy broker --port 9092                                   a Kafka to play with, unless you have one
              eddy run -c eddy.properties                               the processor; start it as often as you like
              eddy import model.onnx --name my-model -o my.model        or PyTorch's safetensors; --spec names fields
              eddy publish -c eddy.properties my.model                  every instance checks it
              eddy deploy -c eddy.properties my-model@1 --from now      it scores; the same again swaps to my-model@2
              eddy send -c eddy.properties -i events.jsonl              if nothing else fills the topic
              eddy tail -c eddy.properties                              predictions as they come
            """;

    static final List<String> LINES = lines();

    private NextSteps() {}

    private static List<String> lines() {
        List<String> lines = new java.util.ArrayList<>();
        lines.add("  eddy.properties:");
        PROPERTIES.lines().map(line -> "      " + line).forEach(lines::add);
        COMMANDS.lines().forEach(lines::add);
        return List.copyOf(lines);
    }
}

package dev.eddy.cli;

import dev.eddy.app.topics.RecordText;
import dev.eddy.app.topics.TopicRole;
import dev.eddy.app.topics.TopicTail;
import dev.eddy.config.EddyConfig;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code eddy tail}. */
@Command(
        name = "tail",
        mixinStandardHelpOptions = true,
        description = {
            "Prints predictions as JSON lines, as they are committed, until Ctrl-C.",
            "",
            "Example: eddy tail -c eddy.properties --from-beginning -n 10",
            ""
        })
final class TailCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOption config;

    @Option(names = "--from-beginning", description = "Begin with the oldest; default: what comes from now on.")
    private boolean fromBeginning;

    @Option(names = "-n", paramLabel = "N", description = "End after so many. Default: never.")
    private long count = Long.MAX_VALUE;

    @Option(
            names = "--dead-letters",
            description = "The events that could not be scored, with their reasons, instead of predictions.")
    private boolean deadLetters;

    @Override
    public void run() {
        if (count <= 0) {
            return;
        }
        TopicRole role = deadLetters ? TopicRole.DEAD_LETTER : TopicRole.OUTPUT;
        EddyConfig settings = config.read();
        RecordText text = deadLetters ? RecordText.deadLetter() : RecordText.prediction(settings);
        PrintWriter out = spec.commandLine().getOut();
        try (TopicTail tail = TopicTail.open(settings, role, fromBeginning)) {
            tail.forEach(record -> {
                out.println(text.of(record));
                // Both flush; the stream alone knows when whoever read our output has gone.
                return --count > 0 && !out.checkError() && !System.out.checkError();
            });
        }
        out.flush();
    }
}

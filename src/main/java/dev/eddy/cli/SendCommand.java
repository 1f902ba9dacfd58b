package dev.eddy.cli;

import dev.eddy.app.files.EventSender;
import dev.eddy.config.EddyConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code eddy send}. */
@Command(
        name = "send",
        mixinStandardHelpOptions = true,
        description = {
            "Sends the events of a file into the input topic, in order. An event without a time gets the present"
                    + " one; a line that cannot be decoded is sent as it is and ends on the dead-letter topic.",
            "",
            "Example: eddy send -c eddy.properties -i events.csv --key sensor --timestamp time --rate 500",
            ""
        })
final class SendCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOption config;

    @Mixin
    private EventFileOption events;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Events in a second, 0.5 for one in two seconds. Default: as many as possible.")
    private Double rate;

    @Option(
            names = "--topic",
            paramLabel = "TOPIC",
            description = "The input topic, where eddy.topics.input names several.")
    private String topic;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress bar.")
    private boolean quiet;

    @Override
    public void run() {
        if (rate != null && !(rate > 0)) {
            throw new ParameterException(spec.commandLine(), "--rate must be above 0, not " + rate);
        }
        PrintWriter err = spec.commandLine().getErr();
        EventSender.Sent sent;
        try (ProgressBar bar = ProgressBar.on(err, "events", quiet)) {
            EddyConfig settings = config.read();
            sent = new EventSender(settings, rate == null ? 0 : rate, bar)
                    .send(events.get(), topic == null ? onlyTopic(settings) : topic);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        report(sent, err);
    }

    private String onlyTopic(EddyConfig settings) {
        if (settings.inputTopics().size() > 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    "there are several input topics, " + String.join(", ", settings.inputTopics())
                            + "; name one with --topic");
        }
        return settings.inputTopics().get(0);
    }

    private void report(EventSender.Sent sent, PrintWriter err) {
        if (sent.problems() > 0) {
            err.printf(
                    Locale.ROOT,
                    "%,d of the lines have a problem, the first: %s%n",
                    sent.problems(),
                    sent.firstProblem());
        }
        double seconds = Math.max(sent.elapsed().toNanos(), 1) / 1e9;
        spec.commandLine()
                .getOut()
                .printf(
                        Locale.ROOT,
                        "%,d events sent and acknowledged in %.1f s (%,.0f a second)%n",
                        sent.events(),
                        seconds,
                        sent.events() / seconds);
        spec.commandLine().getOut().flush();
    }
}

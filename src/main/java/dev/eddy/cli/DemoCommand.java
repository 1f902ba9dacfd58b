package dev.eddy.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.eddy.app.demo.Demo;
import dev.eddy.app.demo.DemoScreen;
import dev.eddy.app.demo.Ink;
import java.io.IOException;
import java.time.ZoneId;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code eddy demo}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Shows everything at once, with nothing else installed: a broker in this process, a simulated fleet of"
                    + " pumps some of which fail, a model that tells their condition and one that foresees their next"
                    + " temperature and vibration, and half-way a better model that takes over while events flow.",
            "",
            "Example: eddy demo --machines 100 --rate 1000 --seconds 60",
            ""
        })
final class DemoCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Option(
            names = "--machines",
            paramLabel = "N",
            defaultValue = "24",
            description = "Pumps. Default: ${DEFAULT-VALUE}.")
    private int machines;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "120",
            description = "Events a second. Default: ${DEFAULT-VALUE}.")
    private double rate;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "40",
            description = "How long events flow. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Override
    @SuppressWarnings("SystemOut") // The screen's lines must not wait in a buffer.
    public Integer call() throws IOException, InterruptedException {
        if (machines < 1 || machines > 999 || !(rate > 0) || seconds < 1) {
            throw new ParameterException(
                    command.commandLine(), "--machines must be 1 to 999, --rate above 0, --seconds at least 1");
        }
        if (System.getenv("EDDY_LOG_LEVEL") == null) {
            // The screen says it all; set the variable to see the log between its lines.
            ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.ERROR);
            ((Logger) LoggerFactory.getLogger("dev.eddy")).setLevel(Level.WARN);
            // The broker calls it an error when a producer is a moment too early; the producer tries again.
            ((Logger) LoggerFactory.getLogger("kafka")).setLevel(Level.OFF);
        }
        DemoScreen screen = new DemoScreen(System.out, Ink.ofStandardOutput(), ZoneId.systemDefault());
        new Demo(new Demo.Options(machines, rate, seconds), screen).run();
        return 0;
    }
}

package dev.eddy.cli;

import dev.eddy.app.EddyApplication;
import dev.eddy.config.EddyConfig;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code eddy run}. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = {
            "Runs the processor: scores every event of the input topic with one step of the deployed model.",
            "",
            "Start as many instances as you like with the same settings; they share the partitions. Stop one with"
                    + " Ctrl-C or SIGTERM: it commits and hands its partitions over. Events wait in their topic until"
                    + " a model is deployed with 'eddy publish' and 'eddy deploy'.",
            "",
            "Example: eddy run -c eddy.properties -D eddy.topics.create=true",
            ""
        })
final class RunCommand implements Callable<Integer> {
    @Mixin
    private ConfigOption config;

    @Override
    public Integer call() throws IOException, InterruptedException {
        EddyConfig settings = config.read();
        try (EddyApplication application = EddyApplication.start(settings)) {
            // The process ends when its hooks have: what is done is committed, partitions are handed over.
            Runtime.getRuntime().addShutdownHook(new Thread(application::close, "eddy-shutdown"));
            application.awaitStopped();
        }
        return 0;
    }
}

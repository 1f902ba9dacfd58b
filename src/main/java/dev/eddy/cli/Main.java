package dev.eddy.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Recurrent networks inside Kafka Streams: the root of all commands. */
@Command(
        name = "eddy",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Runs recurrent networks inside Kafka Streams: one step per event, the state of every key in"
                + " RocksDB, models swapped while the stream flows.",
        footer = {
            "",
            "Start with 'eddy demo': it needs nothing else. 'eddy COMMAND --help' explains a command.",
            "Exit codes: 0 done, 1 failed, 2 wrong usage."
        },
        subcommands = {
            DemoCommand.class,
            RunCommand.class,
            BenchCommand.class,
            BrokerCommand.class,
            ImportCommand.class,
            InspectCommand.class,
            ScoreCommand.class,
            GenerateCommand.class,
            PublishCommand.class,
            DeployCommand.class,
            RollbackCommand.class,
            StatusCommand.class,
            ModelsCommand.class,
            KeygenCommand.class,
            SendCommand.class,
            TailCommand.class,
            CommandLine.HelpCommand.class
        })
public final class Main {
    /** Exit code of a command that failed. */
    static final int FAILED = 1;

    /** Exit code of a command that was called wrongly. */
    static final int USAGE = 2;

    private Main() {}

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The command line, as tests call it. */
    public static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Main());
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setExecutionExceptionHandler(Failures::report);
        commandLine.setParameterExceptionHandler(Failures::reportUsage);
        return commandLine;
    }

    /** The version of the jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"eddy " + (version == null ? "(not packaged)" : version)};
        }
    }
}

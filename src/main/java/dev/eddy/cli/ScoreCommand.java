package dev.eddy.cli;

import dev.eddy.app.files.EventFile;
import dev.eddy.app.files.FileScorer;
import dev.eddy.artifact.ModelFile;
import dev.eddy.model.Fields;
import dev.eddy.network.LiveModel;
import dev.eddy.network.StatePrecision;
import dev.eddy.stream.SequenceRules;
import dev.eddy.wire.EventFileReader;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code eddy score}. */
@Command(
        name = "score",
        mixinStandardHelpOptions = true,
        description = {
            "Scores the events of a file with a model file, without a broker: the same processor, the same bytes as"
                    + " 'eddy run' writes.",
            "",
            "Every key is a sequence; the events of a key are stepped in the order of the file, or, with --reorder, of their times. One JSON object is"
                    + " written for each event that can be scored, the others are counted. A sequence ends at a tombstone,"
                    + " at an event with the model's end field, or, with --idle, for want of events; a model whose answers"
                    + " wait for later events or for the end gives the rest of them then.",
            "",
            "Example: eddy score -m model.safetensors -i events.csv --key sensor --timestamp time -o scored.jsonl",
            ""
        })
final class ScoreCommand implements Callable<Integer> {
    private static final int BUFFER = 1 << 16;

    @Spec
    private CommandSpec command;

    @Option(
            names = {"-m", "--model"},
            required = true,
            paramLabel = "MODEL",
            description = "The model file.")
    private Path model;

    @Mixin
    private EventFileOption events;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            description = "File for the predictions, as JSON lines. Default: standard output.")
    private Path output;

    @Option(
            names = "--idle",
            paramLabel = "MS",
            defaultValue = "0",
            description =
                    "Ends a sequence when the times of the file's events are so many milliseconds past its own last"
                            + " one, as eddy.sequence.idle.ms does. Default: never.")
    private long idle;

    @Option(
            names = "--reorder",
            paramLabel = "MS",
            defaultValue = "0",
            description = "Puts events in the order of their times if they come up to so many milliseconds late, as"
                    + " eddy.reorder.ms does; later ones are taken as they come. Default: 0, as they come.")
    private long reorder;

    @Option(
            names = "--dedupe",
            paramLabel = "FIELD",
            description = "Drops events whose number in this field is not above the last one of their key, as"
                    + " eddy.dedupe.field does.")
    private String dedupe;

    @Option(
            names = "--state-precision",
            paramLabel = "PRECISION",
            defaultValue = "float32",
            description = "How exact states are from event to event, as eddy.state.precision: ${COMPLETION-CANDIDATES}."
                    + " Default: ${DEFAULT-VALUE}.")
    private StatePrecision precision;

    @Option(names = "--end", description = "Ends every sequence at the end of the file.")
    private boolean end;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress bar.")
    private boolean quiet;

    @Override
    public Integer call() throws IOException {
        if (idle < 0) {
            throw new ParameterException(command.commandLine(), "--idle must not be negative");
        }
        if (reorder < 0) {
            throw new ParameterException(command.commandLine(), "--reorder must not be negative");
        }
        if (dedupe != null && !Fields.isPath(dedupe)) {
            throw new ParameterException(
                    command.commandLine(),
                    "--dedupe '" + dedupe + "' is no field: names with dots between them are one");
        }
        ModelFile file = ModelFile.read(model);
        SequenceRules rules =
                SequenceRules.NONE.withIdle(idle).withReorder(reorder).withNumber(dedupe);
        FileScorer scorer =
                new FileScorer(LiveModel.compile(file.id(), file.spec(), file).with(precision), rules);
        PrintWriter err = command.commandLine().getErr();
        EventFile input = events.get();
        try (EventFileReader reader = input.open();
                OutputStream out = open();
                ProgressBar bar = ProgressBar.on(err, "events", quiet || output == null)) {
            scorer.score(reader, out, input.size(), bar);
            if (end) {
                scorer.end();
            }
        }
        report(scorer, err);
        return 0;
    }

    private OutputStream open() throws IOException {
        return output == null
                // Not System.out, which must survive the command.
                ? new BufferedOutputStream(new FileOutputStream(java.io.FileDescriptor.out), BUFFER)
                : new BufferedOutputStream(Files.newOutputStream(output), BUFFER);
    }

    private void report(FileScorer scorer, PrintWriter err) {
        long rejected =
                scorer.rejected().values().stream().mapToLong(Long::longValue).sum();
        if (output != null) {
            err.printf(Locale.ROOT, "%,d predictions in %s%n", scorer.predictions(), output);
        }
        if (rejected > 0) {
            err.printf(
                    Locale.ROOT,
                    "%,d events rejected %s; the first is %s%n",
                    rejected,
                    scorer.rejected(),
                    scorer.firstRejection());
        }
        if (scorer.reordered() + scorer.late() > 0) {
            err.printf(
                    Locale.ROOT,
                    "%,d late events put in their place, %,d taken as they came because they were later than"
                            + " --reorder%n",
                    scorer.reordered(),
                    scorer.late());
        }
        if (scorer.duplicates() > 0) {
            err.printf(Locale.ROOT, "%,d duplicates dropped%n", scorer.duplicates());
        }
        if (scorer.waiting() > 0) {
            err.printf(
                    Locale.ROOT,
                    "%,d of %,d sequences wait for more events or their end with answers; --end ends them with the"
                            + " file%n",
                    scorer.waiting(),
                    scorer.sequences());
        }
        err.flush();
    }
}

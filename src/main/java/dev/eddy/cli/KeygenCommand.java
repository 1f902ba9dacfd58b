package dev.eddy.cli;

import dev.eddy.catalogue.SigningKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code eddy keygen}. */
@Command(
        name = "keygen",
        mixinStandardHelpOptions = true,
        description = {
            "Makes a pair of Ed25519 keys to sign models with.",
            "",
            "NAME.pem is the private key, for 'eddy publish --sign'; only its owner can read it, and it belongs where"
                    + " models are published. NAME.pub.pem is the public one, for eddy.model.trusted.keys of the"
                    + " instances. Files that are there are not replaced.",
            "",
            "Example: eddy keygen -o release",
            ""
        })
final class KeygenCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "NAME",
            defaultValue = "eddy-key",
            description = "Beginning of the two files' names. Default: ${DEFAULT-VALUE}.")
    private String name;

    @Override
    public Integer call() throws IOException {
        SigningKey key = SigningKey.generate();
        Path privateFile = Path.of(name + ".pem");
        Path publicFile = Path.of(name + ".pub.pem");
        key.write(privateFile, publicFile);
        PrintWriter out = command.commandLine().getOut();
        out.println("key " + key.id());
        out.println("  private: " + privateFile + ", sign with: eddy publish --sign " + privateFile + " MODEL");
        out.println("  public: " + publicFile + ", trust it with: eddy.model.trusted.keys=" + publicFile);
        out.flush();
        return 0;
    }
}
